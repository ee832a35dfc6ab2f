package io.basalt.storage.commit;

import java.io.IOException;

/**
 * No two enclosures have a drive with room for a root. Nothing is lost or decided by it: try the
 * same again once there is room.
 */
public final class RootsFullException extends IOException {
  private static final long serialVersionUID = 1;

  RootsFullException(String message) {
    super(message);
  }
}
