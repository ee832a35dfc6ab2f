package io.basalt.storage.tree;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Parts of a new version of a file that is not yet published. Immutable.
 *
 * <p>The rule for what may be published lives here alone, so that the ingest and every reader
 * agree: a part that repeats the range of an earlier one replaces it (a client sent it again);
 * after that the parts, by position, must neither overlap nor leave a gap from 0 on.
 *
 * @param parts UPLOAD events of one path and upload id, by version
 */
public record Upload(String id, List<Event> parts) {
  public Upload {
    parts = List.copyOf(parts);
  }

  private record PartRange(long position, long length) {}

  /**
   * Why the parts are not exactly one whole.
   *
   * @param size expected bytes, or -1 if the publisher did not say
   * @return empty if they are
   */
  public Optional<String> incomplete(long size) {
    if (parts.isEmpty()) {
      return Optional.of("upload " + id + " has no parts");
    }
    long end = 0;
    for (Event part : inOrder()) {
      if (part.position() > end) {
        return Optional.of("upload " + id + " lacks bytes " + end + " to " + part.position());
      }
      if (part.position() < end) {
        return Optional.of("upload " + id + " has overlapping parts at byte " + part.position());
      }
      end += part.lengthBytes();
    }
    if (size >= 0 && size != end) {
      return Optional.of("upload " + id + " has " + end + " bytes, not " + size);
    }
    return Optional.empty();
  }

  /** The parts that make up the content, by position; of a range that was repeated the last. */
  public List<Event> inOrder() {
    Map<PartRange, Event> last = new LinkedHashMap<>();
    for (Event part : parts) {
      last.put(new PartRange(part.position(), part.lengthBytes()), part);
    }
    List<Event> ordered = new ArrayList<>(last.values());
    // An empty part stands before the one that starts at the same byte, so that it fits into a
    // whole.
    ordered.sort(Comparator.comparingLong(Event::position).thenComparingLong(Event::lengthBytes));
    return ordered;
  }
}
