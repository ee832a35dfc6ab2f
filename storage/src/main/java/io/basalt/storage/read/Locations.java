package io.basalt.storage.read;

import io.basalt.storage.location.LocationMap;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Stripe;
import java.io.IOException;
import java.util.Optional;

/**
 * Where segments are, by the head's location map. A reader that finds a copy gone loads the map of
 * the newest head and tries again. Safe for several threads.
 */
final class Locations {
  private final MapSource source;
  private volatile LocationMap map;

  /** Loads the map of the newest head, given the one before. */
  @FunctionalInterface
  interface MapSource {
    LocationMap load(LocationMap old) throws IOException;
  }

  /** A read of a segment at its place. */
  @FunctionalInterface
  interface SegmentRead<T> {
    T at(SegmentLocation place) throws IOException;
  }

  Locations(LocationMap map, MapSource source) {
    this.map = map;
    this.source = source;
  }

  Optional<SegmentLocation> find(String segment) {
    return map.find(segment);
  }

  Optional<Stripe> stripe(String id) {
    return map.stripe(id);
  }

  /** Reads where the segment is known to be and, if that fails, once more where it is by then. */
  <T> T read(String segment, SegmentRead<T> read) throws IOException {
    Optional<SegmentLocation> known = find(segment);
    IOException first = null;
    if (known.isPresent()) {
      try {
        return read.at(known.get());
      } catch (IOException e) {
        first = e;
      }
    }
    Optional<SegmentLocation> moved = reload(segment, first);
    if (moved.isEmpty()) {
      throw new IOException(
          "segment " + segment + " is no longer in the store: the file changed while read", first);
    }
    if (first != null && moved.equals(known)) {
      throw first;
    }
    return read.at(moved.get());
  }

  private Optional<SegmentLocation> reload(String segment, IOException first) throws IOException {
    try {
      map = source.load(map);
      return find(segment);
    } catch (IOException e) {
      if (first != null) {
        first.addSuppressed(e);
        throw first;
      }
      throw e;
    }
  }
}
