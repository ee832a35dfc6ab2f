package io.basalt.storage.drive;

import java.io.IOException;

/** Something to do with a drive, on one of its threads. */
@FunctionalInterface
public interface DriveCall<T> {
  T call(Drive drive) throws IOException;
}
