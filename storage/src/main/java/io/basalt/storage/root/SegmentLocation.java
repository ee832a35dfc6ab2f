package io.basalt.storage.root;

import io.basalt.storage.root.Place.Mirrors;
import java.util.List;

/**
 * Where a segment is: shards lie in [0, dataEnd), index blocks in [indexStart, size), all bytes.
 * These positions hold for ever; the place changes when the segment moves.
 */
public record SegmentLocation(
    String segment, Place place, long size, long dataEnd, long indexStart) {
  public SegmentLocation {
    if (dataEnd < 0 || dataEnd > indexStart || indexStart > size) {
      throw new IllegalArgumentException(
          "segment %s of %d bytes: shards up to %d, index blocks from %d"
              .formatted(segment, size, dataEnd, indexStart));
    }
  }

  /** A segment on two mirrors. */
  public SegmentLocation(
      String segment, List<String> mirrors, long size, long dataEnd, long indexStart) {
    this(segment, new Mirrors(mirrors), size, dataEnd, indexStart);
  }

  /** The same segment at another place. */
  public SegmentLocation movedTo(Place to) {
    return new SegmentLocation(segment, to, size, dataEnd, indexStart);
  }

  /** The drives of its two mirrors; none if it stands in a stripe. */
  public List<String> mirrors() {
    return place instanceof Mirrors mirrors ? mirrors.drives() : List.of();
  }

  /** Name of the file on each mirror. */
  public String fileName() {
    return "segments/" + segment;
  }

  /** Bytes without the hole between shards and index blocks: what it takes in a stripe. */
  public long packedBytes() {
    return dataEnd + size - indexStart;
  }

  /**
   * Where a position of the segment stands among its packed bytes.
   *
   * @throws IllegalArgumentException if it is in the hole
   */
  public long packed(long position) {
    if (position >= 0 && position <= dataEnd) {
      return position;
    }
    if (position >= indexStart && position <= size) {
      return dataEnd + position - indexStart;
    }
    throw new IllegalArgumentException("position " + position + " is in no part of " + this);
  }
}
