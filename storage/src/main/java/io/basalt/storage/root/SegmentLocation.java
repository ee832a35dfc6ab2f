package io.basalt.storage.root;

import java.util.List;

/**
 * Where a segment is: shards lie in [0, dataEnd), index blocks in [indexStart, size), all bytes.
 * The file is {@code segments/<segment>} on each drive.
 */
public record SegmentLocation(
    String segment, List<String> drives, long size, long dataEnd, long indexStart) {
  public SegmentLocation {
    drives = List.copyOf(drives);
  }

  public String fileName() {
    return "segments/" + segment;
  }
}
