package io.basalt.storage.location;

import io.basalt.schemas.LocationMapRecord;
import io.basalt.schemas.LocationMapRecordV1;
import io.basalt.schemas.PackedSegmentRecord;
import io.basalt.schemas.StripeRecord;
import io.basalt.storage.root.Frame;
import io.basalt.storage.root.Place.Mirrors;
import io.basalt.storage.root.Place.StripePlace;
import io.basalt.storage.root.Records;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Stripe;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The stored form of a location map file: a {@link Frame} around its Avro record. Version 1 knew no
 * stripes.
 */
final class LocationMapCodec {
  private static final Frame FRAME = new Frame("BASLOCM\n", 2);

  private LocationMapCodec() {}

  static byte[] encode(MapFile file) {
    List<SegmentLocation> segments =
        file.segments().stream().sorted(Comparator.comparing(SegmentLocation::segment)).toList();
    Map<String, List<PackedSegmentRecord>> packed = packed(segments);
    return FRAME.encode(
        new LocationMapRecord(
            segments.stream()
                .filter(segment -> segment.place() instanceof Mirrors)
                .map(Records::record)
                .toList(),
            file.stripes().stream()
                .sorted(Comparator.comparing(Stripe::id))
                .map(stripe -> record(stripe, packed.getOrDefault(stripe.id(), List.of())))
                .toList()));
  }

  /** The segments of each stripe, in their order. */
  private static Map<String, List<PackedSegmentRecord>> packed(List<SegmentLocation> segments) {
    Map<String, List<PackedSegmentRecord>> packed = new HashMap<>();
    for (SegmentLocation segment : segments) {
      if (segment.place() instanceof StripePlace place) {
        packed
            .computeIfAbsent(place.stripe(), stripe -> new ArrayList<>())
            .add(
                new PackedSegmentRecord(
                    segment.segment(),
                    place.offset(),
                    segment.size(),
                    segment.dataEnd(),
                    segment.indexStart()));
      }
    }
    return packed;
  }

  private static StripeRecord record(Stripe stripe, List<PackedSegmentRecord> packed) {
    return new StripeRecord(
        stripe.id(),
        stripe.dataStrips(),
        stripe.parityStrips(),
        stripe.stripBytes(),
        stripe.drives(),
        packed);
  }

  /** Reads the remaining bytes; the names are for the error's sentence. */
  static MapFile decode(ByteBuffer bytes, String drive, String file) throws IOException {
    byte[] frame = new byte[bytes.remaining()];
    bytes.duplicate().get(frame);
    return FRAME.versionOf(frame) == 1
        ? file(FRAME.decode(frame, LocationMapRecordV1.class, drive, file).getLocations())
        : file(FRAME.decode(frame, LocationMapRecord.class, drive, file));
  }

  private static MapFile file(List<io.basalt.schemas.SegmentLocation> mirrored) {
    return new MapFile(mirrored.stream().map(Records::location).toList(), List.of());
  }

  private static MapFile file(LocationMapRecord record) {
    List<SegmentLocation> segments = new ArrayList<>();
    List<Stripe> stripes = new ArrayList<>();
    record.getLocations().stream().map(Records::location).forEach(segments::add);
    for (StripeRecord stripe : record.getStripes()) {
      stripes.add(
          new Stripe(
              stripe.getId(),
              stripe.getDataStrips(),
              stripe.getParityStrips(),
              stripe.getStripBytes(),
              stripe.getDrives()));
      for (PackedSegmentRecord packed : stripe.getSegments()) {
        segments.add(
            new SegmentLocation(
                packed.getSegment(),
                new StripePlace(stripe.getId(), packed.getOffset()),
                packed.getSize(),
                packed.getDataEnd(),
                packed.getIndexStart()));
      }
    }
    return new MapFile(segments, stripes);
  }
}
