package io.basalt.storage.location;

import io.basalt.schemas.LocationMapRecord;
import io.basalt.storage.root.Frame;
import io.basalt.storage.root.Records;
import io.basalt.storage.root.SegmentLocation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** The stored form of a location map file: a {@link Frame} around its Avro record. */
public final class LocationMapCodec {
  private static final Frame FRAME = new Frame("BASLOCM\n", 1);

  private LocationMapCodec() {}

  public static byte[] encode(Collection<SegmentLocation> locations) {
    return FRAME.encode(
        new LocationMapRecord(
            locations.stream()
                .sorted(Comparator.comparing(SegmentLocation::segment))
                .map(Records::record)
                .toList()));
  }

  /** Reads the remaining bytes; the names are for the error's sentence. */
  public static List<SegmentLocation> decode(ByteBuffer bytes, String drive, String file)
      throws IOException {
    byte[] frame = new byte[bytes.remaining()];
    bytes.duplicate().get(frame);
    return FRAME.decode(frame, LocationMapRecord.class, drive, file).getLocations().stream()
        .map(Records::location)
        .toList();
  }
}
