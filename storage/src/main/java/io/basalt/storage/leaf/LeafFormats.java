package io.basalt.storage.leaf;

import io.basalt.schemas.LeafExtentRecord;
import io.basalt.schemas.LeafFileRecord;
import io.basalt.storage.table.NumberColumn;
import io.basalt.storage.table.RowColumns;
import io.basalt.storage.table.TableFormat;
import io.basalt.storage.table.TextColumn;
import io.basalt.storage.tree.Extent;
import io.basalt.storage.tree.PathOrder;
import io.basalt.storage.tree.Shard;
import io.basalt.storage.tree.Version;
import java.util.Comparator;
import java.util.Optional;
import org.apache.parquet.schema.MessageTypeParser;

/** The tables of a leaf, besides the pending parts, which are a run. */
final class LeafFormats {
  /** Files by path, each once. */
  static final TableFormat<FileRow> FILES =
      new TableFormat<>(
          "leaf's table of files",
          "basalt.leaf.files.version",
          2,
          MessageTypeParser.parseMessageType(
              """
              message io.basalt.schemas.LeafFileRecord {
                required binary path (STRING);
                required int64 size;
                required int64 modified;
                required int32 incarnation;
                required int64 offset;
                required int32 extents;
              }
              """),
          Optional.of(LeafFileRecord.getClassSchema().toString()),
          (file, fields) ->
              fields
                  .text(file.path())
                  .number(file.size())
                  .number(file.modified())
                  .number(file.version().incarnation())
                  .number(file.version().offset())
                  .number(file.extents()),
          LeafFormats::files,
          FileRow::path,
          Comparator.comparing(FileRow::path, PathOrder.INSTANCE));

  /** Extents by path, then start; those of one file do not overlap. */
  static final TableFormat<ExtentRow> EXTENTS =
      new TableFormat<>(
          "leaf's table of extents",
          "basalt.leaf.extents.version",
          2,
          MessageTypeParser.parseMessageType(
              """
              message io.basalt.schemas.LeafExtentRecord {
                required binary path (STRING);
                required int64 start;
                required int32 skip;
                required int32 take;
                required binary segment (STRING);
                required int64 position;
                required int32 length;
                required int32 crc32c;
              }
              """),
          Optional.of(LeafExtentRecord.getClassSchema().toString()),
          (row, fields) ->
              fields
                  .text(row.path())
                  .number(row.extent().start())
                  .number(row.extent().skip())
                  .number(row.extent().take())
                  .text(row.extent().shard().segment())
                  .number(row.extent().shard().position())
                  .number(row.extent().shard().length())
                  .number(row.extent().shard().crc32c()),
          LeafFormats::extents,
          ExtentRow::path,
          Comparator.comparing(ExtentRow::path, PathOrder.INSTANCE)
              .thenComparingLong(row -> row.extent().start()));

  private LeafFormats() {}

  private static RowColumns<FileRow> files() {
    TextColumn path = new TextColumn();
    NumberColumn size = new NumberColumn();
    NumberColumn modified = new NumberColumn();
    NumberColumn incarnation = new NumberColumn();
    NumberColumn offset = new NumberColumn();
    NumberColumn extents = new NumberColumn();
    return new RowColumns<>(
        () ->
            new FileRow(
                path.value(),
                size.value(),
                modified.value(),
                new Version(incarnation.intValue(), offset.value()),
                extents.intValue()),
        path,
        size,
        modified,
        incarnation,
        offset,
        extents);
  }

  private static RowColumns<ExtentRow> extents() {
    TextColumn path = new TextColumn();
    NumberColumn start = new NumberColumn();
    NumberColumn skip = new NumberColumn();
    NumberColumn take = new NumberColumn();
    TextColumn segment = new TextColumn();
    NumberColumn position = new NumberColumn();
    NumberColumn length = new NumberColumn();
    NumberColumn crc32c = new NumberColumn();
    return new RowColumns<>(
        () ->
            new ExtentRow(
                path.value(),
                new Extent(
                    start.value(),
                    new Shard(
                        segment.value(), position.value(), length.intValue(), crc32c.intValue()),
                    skip.intValue(),
                    take.intValue())),
        path,
        start,
        skip,
        take,
        segment,
        position,
        length,
        crc32c);
  }
}
