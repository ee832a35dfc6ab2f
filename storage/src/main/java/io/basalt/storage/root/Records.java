package io.basalt.storage.root;

import io.basalt.schemas.OffsetRecord;
import io.basalt.storage.root.Place.Mirrors;
import java.util.List;

/** File references, places and offsets between their values and their Avro records. */
public final class Records {
  private Records() {}

  /** The record of a segment on mirrors; those in stripes are written with their stripe. */
  public static io.basalt.schemas.SegmentLocation record(SegmentLocation l) {
    if (!(l.place() instanceof Mirrors mirrors)) {
      throw new IllegalArgumentException("not on mirrors: " + l);
    }
    return new io.basalt.schemas.SegmentLocation(
        l.segment(), mirrors.drives(), l.size(), l.dataEnd(), l.indexStart());
  }

  public static SegmentLocation location(io.basalt.schemas.SegmentLocation l) {
    return new SegmentLocation(
        l.getSegment(), l.getDrives(), l.getSize(), l.getDataEnd(), l.getIndexStart());
  }

  public static io.basalt.schemas.FileRef record(FileRef f) {
    return new io.basalt.schemas.FileRef(f.name(), f.drives(), f.length(), f.crc32c());
  }

  public static FileRef fileRef(io.basalt.schemas.FileRef f) {
    return new FileRef(f.getName(), f.getDrives(), f.getLength(), f.getCrc32c());
  }

  public static List<OffsetRecord> offsetRecords(List<PartitionOffset> offsets) {
    return offsets.stream()
        .map(each -> new OffsetRecord(each.incarnation(), each.partition(), each.offset()))
        .toList();
  }

  public static List<PartitionOffset> offsets(List<OffsetRecord> records) {
    return records.stream()
        .map(
            each ->
                new PartitionOffset(each.getIncarnation(), each.getPartition(), each.getOffset()))
        .toList();
  }
}
