package io.basalt.storage.stripe;

import io.basalt.schemas.PackedSegmentRecord;
import io.basalt.schemas.StripDirectoryRecord;
import io.basalt.storage.root.Frame;
import io.basalt.storage.root.Place.StripePlace;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Stripe;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.List;

/**
 * The end of each strip file: the segments of the stripe and the drives of its strips. With it a
 * stripe can be read when nothing but its strips is left.
 *
 * @param segments ascending by offset
 */
record StripDirectory(String stripe, List<String> drives, List<PackedSegment> segments) {
  private static final Frame FRAME = new Frame("BASSTRD\n", 1);

  StripDirectory {
    drives = List.copyOf(drives);
    segments = segments.stream().sorted(Comparator.comparingLong(PackedSegment::offset)).toList();
  }

  static StripDirectory of(Stripe stripe, List<PackedSegment> segments) {
    return new StripDirectory(
        stripe.id(),
        stripe.drives(),
        segments.stream().map(packed -> inStripe(stripe.id(), packed)).toList());
  }

  private static PackedSegment inStripe(String stripe, PackedSegment packed) {
    StripePlace place = new StripePlace(stripe, packed.offset());
    return new PackedSegment(packed.segment().movedTo(place), packed.offset());
  }

  byte[] encode() {
    return FRAME.encode(
        new StripDirectoryRecord(
            stripe, drives, segments.stream().map(StripDirectory::record).toList()));
  }

  private static PackedSegmentRecord record(PackedSegment packed) {
    SegmentLocation segment = packed.segment();
    return new PackedSegmentRecord(
        segment.segment(),
        packed.offset(),
        segment.size(),
        segment.dataEnd(),
        segment.indexStart());
  }

  /** Reads the remaining bytes; the names are for the error's sentence. */
  static StripDirectory decode(ByteBuffer bytes, String drive, String file) throws IOException {
    byte[] frame = new byte[bytes.remaining()];
    bytes.duplicate().get(frame);
    StripDirectoryRecord record = FRAME.decode(frame, StripDirectoryRecord.class, drive, file);
    return new StripDirectory(
        record.getStripe(),
        record.getDrives(),
        record.getSegments().stream().map(packed -> segment(record.getStripe(), packed)).toList());
  }

  private static PackedSegment segment(String stripe, PackedSegmentRecord packed) {
    return new PackedSegment(
        new SegmentLocation(
            packed.getSegment(),
            new StripePlace(stripe, packed.getOffset()),
            packed.getSize(),
            packed.getDataEnd(),
            packed.getIndexStart()),
        packed.getOffset());
  }
}
