package io.basalt.storage.compact;

import io.basalt.schemas.DroppedFileRecord;
import io.basalt.schemas.MarkRecord;
import io.basalt.schemas.RetiredFileRecord;
import io.basalt.schemas.SegmentUsageRecord;
import io.basalt.schemas.SegmentUsageRecordV1;
import io.basalt.schemas.UsageRecord;
import io.basalt.schemas.UsageRecordV1;
import io.basalt.storage.compact.Usage.Dropped;
import io.basalt.storage.compact.Usage.Mark;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The stored form of a usage file: a {@link Frame} around its Avro record. Version 1 did not know
 * which segments were tails, so none of those is taken for settled, and had no marks.
 */
public final class UsageCodec {
  private static final Frame FRAME = new Frame("BASUSED\n", 2);

  private UsageCodec() {}

  public static byte[] encode(Usage usage) {
    return FRAME.encode(
        new UsageRecord(
            usage.segments().entrySet().stream()
                .map(
                    each ->
                        new SegmentUsageRecord(
                            each.getKey(),
                            each.getValue().after(),
                            each.getValue().liveBytes(),
                            each.getValue().emptySince(),
                            each.getValue().tail()))
                .toList(),
            usage.retired().stream()
                .map(
                    each ->
                        new RetiredFileRecord(
                            Records.record(each.file()), each.span().after(), each.span().until()))
                .toList(),
            usage.dropped().stream()
                .map(each -> new DroppedFileRecord(each.name(), each.drives()))
                .toList(),
            usage.marks().stream()
                .map(
                    mark ->
                        new MarkRecord(
                            mark.at(),
                            Records.offsetRecords(mark.applied()),
                            Records.offsetRecords(mark.ends())))
                .toList()));
  }

  /** Reads a usage file; without one nothing is known. */
  public static Usage read(MirroredFiles mirrors, Optional<FileRef> usage) throws IOException {
    if (usage.isEmpty()) {
      return Usage.NONE;
    }
    FileRef file = usage.get();
    return decode(mirrors.read(file), String.join("/", file.drives()), file.name());
  }

  /** Reads the remaining bytes; the names are for the error's sentence. */
  public static Usage decode(ByteBuffer bytes, String drive, String file) throws IOException {
    byte[] frame = new byte[bytes.remaining()];
    bytes.duplicate().get(frame);
    if (FRAME.versionOf(frame) == 1) {
      UsageRecordV1 stored = FRAME.decode(frame, UsageRecordV1.class, drive, file);
      Map<String, Segment> segments = new HashMap<>();
      for (SegmentUsageRecordV1 each : stored.getSegments()) {
        segments.put(
            each.getSegment(),
            new Segment(each.getAfter(), each.getLiveBytes(), each.getEmptySince(), true));
      }
      return usage(segments, stored.getRetired(), stored.getDropped(), List.of());
    }
    UsageRecord stored = FRAME.decode(frame, UsageRecord.class, drive, file);
    Map<String, Segment> segments = new HashMap<>();
    for (SegmentUsageRecord each : stored.getSegments()) {
      segments.put(
          each.getSegment(),
          new Segment(each.getAfter(), each.getLiveBytes(), each.getEmptySince(), each.getTail()));
    }
    return usage(segments, stored.getRetired(), stored.getDropped(), stored.getMarks());
  }

  private static Usage usage(
      Map<String, Segment> segments,
      List<RetiredFileRecord> retired,
      List<DroppedFileRecord> dropped,
      List<MarkRecord> marks) {
    return new Usage(
        segments,
        retired.stream()
            .map(
                each ->
                    new Retired(
                        Records.fileRef(each.getFile()),
                        new Span(each.getAfter(), each.getUntil())))
            .toList(),
        dropped.stream().map(each -> new Dropped(each.getName(), each.getDrives())).toList(),
        marks.stream()
            .map(
                mark ->
                    new Mark(
                        mark.getAt(),
                        Records.offsets(mark.getApplied()),
                        Records.offsets(mark.getEnds())))
            .toList());
  }
}
