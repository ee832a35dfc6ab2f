package io.basalt.storage.compact;

import io.basalt.storage.compact.Usage.Segment;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The usage of leaves that were made anew, where nothing is known of roots before. */
public final class FreshUsage {
  private FreshUsage() {}

  /**
   * The bytes of a usage file.
   *
   * @param liveBytes of every segment, how many bytes the leaves refer to
   */
  public static byte[] encode(Map<String, Long> liveBytes) {
    Map<String, Segment> segments = new TreeMap<>();
    liveBytes.forEach((id, bytes) -> segments.put(id, new Segment(0, bytes, 0, false)));
    return UsageCodec.encode(new Usage(segments, List.of(), List.of(), List.of()));
  }
}
