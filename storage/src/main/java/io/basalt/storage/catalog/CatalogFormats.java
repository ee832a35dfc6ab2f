package io.basalt.storage.catalog;

import io.basalt.storage.table.TableFormat;
import io.basalt.storage.tree.FileState;
import io.basalt.storage.tree.PathOrder;
import java.util.Comparator;
import org.apache.parquet.schema.MessageTypeParser;

/**
 * The tables of a catalogue. Column names are no reserved words of SQL, and times are times, so
 * that queries need neither quotes nor casts.
 */
final class CatalogFormats {
  /** Files by path, each once. */
  static final TableFormat<FileState> FILES =
      TableFormat.writeOnly(
          "catalogue's table of files",
          "basalt.catalog.files.version",
          1,
          MessageTypeParser.parseMessageType(
              """
              message files {
                required binary path (STRING);
                required int64 size;
                required int64 modified (TIMESTAMP(MILLIS,true));
                required int32 incarnation;
                required int64 log_offset;
                required int32 extents;
              }
              """),
          (file, fields) ->
              fields
                  .text(file.path())
                  .number(file.size())
                  .number(file.modified())
                  .number(file.version().incarnation())
                  .number(file.version().offset())
                  .number(file.extents().size()),
          FileState::path,
          Comparator.comparing(FileState::path, PathOrder.INSTANCE));

  /** Extents by path, then offset in the file. */
  static final TableFormat<CatalogExtent> EXTENTS =
      TableFormat.writeOnly(
          "catalogue's table of extents",
          "basalt.catalog.extents.version",
          1,
          MessageTypeParser.parseMessageType(
              """
              message extents {
                required binary path (STRING);
                required int64 file_offset;
                required int32 length;
                required binary segment (STRING);
                required int64 segment_offset;
                required binary tier (STRING);
                optional binary stripe (STRING);
                required group drives (LIST) {
                  repeated group list {
                    required binary element (STRING);
                  }
                }
              }
              """),
          (row, fields) ->
              fields
                  .text(row.path())
                  .number(row.extent().start())
                  .number(row.extent().take())
                  .text(row.extent().shard().segment())
                  .number(row.segmentOffset())
                  .text(row.place().tier().text())
                  .text(row.place().stripe())
                  .texts(row.place().drives()),
          CatalogExtent::path,
          Comparator.comparing(CatalogExtent::path, PathOrder.INSTANCE)
              .thenComparingLong(row -> row.extent().start()));

  private CatalogFormats() {}
}
