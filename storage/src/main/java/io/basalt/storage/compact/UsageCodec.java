package io.basalt.storage.compact;

import io.basalt.schemas.DroppedFileRecord;
import io.basalt.schemas.RetiredFileRecord;
import io.basalt.schemas.SegmentUsageRecord;
import io.basalt.schemas.UsageRecord;
import io.basalt.storage.compact.Usage.Dropped;
import io.basalt.storage.compact.Usage.Retired;
import io.basalt.storage.compact.Usage.Segment;
import io.basalt.storage.compact.Usage.Span;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.root.FileRef;
import io.basalt.storage.root.Frame;
import io.basalt.storage.root.Records;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The stored form of a usage file: a {@link Frame} around its Avro record. */
final class UsageCodec {
  private static final Frame FRAME = new Frame("BASUSED\n", 1);

  private UsageCodec() {}

  static byte[] encode(Usage usage) {
    return FRAME.encode(
        new UsageRecord(
            usage.segments().entrySet().stream()
                .map(
                    each ->
                        new SegmentUsageRecord(
                            each.getKey(),
                            each.getValue().after(),
                            each.getValue().liveBytes(),
                            each.getValue().emptySince()))
                .toList(),
            usage.retired().stream()
                .map(
                    each ->
                        new RetiredFileRecord(
                            Records.record(each.file()), each.span().after(), each.span().until()))
                .toList(),
            usage.dropped().stream()
                .map(each -> new DroppedFileRecord(each.name(), each.drives()))
                .toList()));
  }

  /** Reads a usage file; without one nothing is known. */
  static Usage read(MirroredFiles mirrors, Optional<FileRef> usage) throws IOException {
    if (usage.isEmpty()) {
      return Usage.NONE;
    }
    FileRef file = usage.get();
    return decode(mirrors.read(file), String.join("/", file.drives()), file.name());
  }

  /** Reads the remaining bytes; the names are for the error's sentence. */
  static Usage decode(ByteBuffer bytes, String drive, String file) throws IOException {
    byte[] frame = new byte[bytes.remaining()];
    bytes.duplicate().get(frame);
    UsageRecord stored = FRAME.decode(frame, UsageRecord.class, drive, file);
    Map<String, Segment> segments = new HashMap<>();
    for (SegmentUsageRecord each : stored.getSegments()) {
      segments.put(
          each.getSegment(),
          new Segment(each.getAfter(), each.getLiveBytes(), each.getEmptySince()));
    }
    return new Usage(
        segments,
        stored.getRetired().stream()
            .map(
                each ->
                    new Retired(
                        Records.fileRef(each.getFile()),
                        new Span(each.getAfter(), each.getUntil())))
            .toList(),
        stored.getDropped().stream()
            .map(each -> new Dropped(each.getName(), each.getDrives()))
            .toList());
  }
}
