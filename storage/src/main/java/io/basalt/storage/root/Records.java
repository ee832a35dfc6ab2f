package io.basalt.storage.root;

/** File references and segment locations between their values and their Avro records. */
public final class Records {
  private Records() {}

  public static io.basalt.schemas.SegmentLocation record(SegmentLocation l) {
    return new io.basalt.schemas.SegmentLocation(
        l.segment(), l.drives(), l.size(), l.dataEnd(), l.indexStart());
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
}
