package io.basalt.storage.run;

import io.basalt.schemas.EventRecord;
import io.basalt.storage.table.RowFields;
import io.basalt.storage.table.TableFormat;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.Op;
import io.basalt.storage.tree.PathOrder;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;

/**
 * The table of a run: {@code EventRecord} as parquet-avro maps it, with lists of three levels.
 * Columns are written out here because deriving them loads most of Avro and Hadoop, which a listing
 * has no time for; a test holds them equal to what the Avro schema gives.
 */
public final class RunFormat {
  static final MessageType COLUMNS =
      columns(
          """
          required binary segment (STRING);
          required int64 position;
          required int32 length;
          required int32 crc32c;
          """);

  /** The columns of an {@link io.basalt.storage.tree.EventKey}. */
  static final MessageType KEY_COLUMNS =
      new MessageType(COLUMNS.getName(), COLUMNS.getFields().subList(0, 4));

  /** What a fold needs to know the size of a file, and not where its bytes are. */
  static final MessageType SIZE_COLUMNS = columns("required int32 length;");

  /** Events by path, then version, each once. */
  public static final TableFormat<Event> TABLE =
      new TableFormat<>(
          "run",
          "basalt.run.version",
          2,
          COLUMNS,
          Optional.of(EventRecord.getClassSchema().toString()),
          RunFormat::write,
          EventColumns::events,
          Event::path,
          PathOrder.EVENTS);

  private static final Map<Op, Binary> OPS = ops();

  private RunFormat() {}

  private static void write(Event event, RowFields fields) {
    fields
        .text(event.path())
        .number(event.version().incarnation())
        .number(event.partition())
        .number(event.version().offset())
        .number(event.timestamp())
        .text(OPS.get(event.op()))
        .number(event.position())
        .text(event.upload())
        .list(
            event.shards(),
            (shard, of) ->
                of.text(shard.segment())
                    .number(shard.position())
                    .number(shard.length())
                    .number(shard.crc32c()));
  }

  private static Map<Op, Binary> ops() {
    Map<Op, Binary> ops = new EnumMap<>(Op.class);
    for (Op op : Op.values()) {
      ops.put(op, Binary.fromString(op.name()));
    }
    return ops;
  }

  private static MessageType columns(String ofShard) {
    return MessageTypeParser.parseMessageType(
        """
        message io.basalt.schemas.EventRecord {
          required binary path (STRING);
          required int32 incarnation;
          required int32 partition;
          required int64 offset;
          required int64 timestamp;
          required binary op (ENUM);
          required int64 position;
          optional binary upload (STRING);
          required group shards (LIST) {
            repeated group list {
              required group element {
                %s
              }
            }
          }
        }
        """
            .formatted(ofShard));
  }
}
