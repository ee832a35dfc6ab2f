package io.basalt.storage.tree;

import java.util.List;

/**
 * A file at one root. Bytes that no extent covers read as zeros.
 *
 * @param size bytes
 * @param modified Kafka timestamp of the event that changed it last, milliseconds since the epoch
 * @param version of that event
 * @param extents ascending, disjoint, all within size
 */
public record FileState(
    String path, long size, long modified, Version version, List<Extent> extents) {
  public FileState {
    extents = List.copyOf(extents);
  }

  /** What a listing says of it. */
  public ListedFile listed() {
    return new ListedFile(path, size, modified, version);
  }
}
