package io.basalt.storage.stripe;

import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Stripe;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The data of a stripe as a sequence of packed segments, with zeros between and behind. Pure. */
final class StripeContent {
  private final List<PackedSegment> segments;

  /** Bytes of a segment, from {@code position} of its packed bytes on, at an offset of a range. */
  record Part(SegmentLocation segment, long position, int offset, int length) {}

  /**
   * The content of a stripe.
   *
   * @throws IllegalArgumentException if two segments overlap or one does not fit
   */
  StripeContent(Stripe stripe, List<PackedSegment> packed) {
    segments = packed.stream().sorted(Comparator.comparingLong(PackedSegment::offset)).toList();
    long end = 0;
    for (PackedSegment segment : segments) {
      if (segment.offset() < end || segment.end() > stripe.dataBytes()) {
        throw new IllegalArgumentException(
            "segment %s takes bytes %d to %d of stripe %s, which has %d and is taken up to %d"
                .formatted(
                    segment.segment().segment(),
                    segment.offset(),
                    segment.end(),
                    stripe.id(),
                    stripe.dataBytes(),
                    end));
      }
      end = segment.end();
    }
  }

  /** What stands in a range of the stripe's data, in order; all else there is zeros. */
  List<Part> parts(long from, int length) {
    List<Part> parts = new ArrayList<>();
    for (int i = firstEndingAfter(from); i < segments.size(); i++) {
      PackedSegment packed = segments.get(i);
      if (packed.offset() >= from + length) {
        break;
      }
      long start = Math.max(from, packed.offset());
      long end = Math.min(from + length, packed.end());
      if (start < end) {
        parts.add(
            new Part(
                packed.segment(),
                start - packed.offset(),
                (int) (start - from),
                (int) (end - start)));
      }
    }
    return parts;
  }

  private int firstEndingAfter(long from) {
    int low = 0;
    int high = segments.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (segments.get(middle).end() > from) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }
}
