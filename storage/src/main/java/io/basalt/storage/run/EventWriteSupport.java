package io.basalt.storage.run;

import io.basalt.schemas.EventRecord;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.Op;
import io.basalt.storage.tree.Shard;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;

/** Writes the fields of events in the order of {@link RunSchema}. */
final class EventWriteSupport extends WriteSupport<Event> {
  private static final Map<Op, Binary> OPS = ops();
  private RecordConsumer out;

  @Override
  public WriteContext init(Configuration configuration) {
    return context();
  }

  @Override
  public WriteContext init(ParquetConfiguration configuration) {
    return context();
  }

  private static WriteContext context() {
    return new WriteContext(
        RunSchema.MESSAGE,
        Map.of(
            RunSchema.VERSION_KEY,
            Integer.toString(RunSchema.VERSION),
            RunSchema.AVRO_KEY,
            EventRecord.getClassSchema().toString()));
  }

  @Override
  public void prepareForWrite(RecordConsumer consumer) {
    out = consumer;
  }

  @Override
  public void write(Event event) {
    out.startMessage();
    string("path", RunSchema.PATH, event.path());
    integer("incarnation", RunSchema.INCARNATION, event.version().incarnation());
    integer("partition", RunSchema.PARTITION, event.partition());
    number("offset", RunSchema.OFFSET, event.version().offset());
    number("timestamp", RunSchema.TIMESTAMP, event.timestamp());
    field("op", RunSchema.OP, to -> to.addBinary(OPS.get(event.op())));
    number("position", RunSchema.POSITION, event.position());
    event.upload().ifPresent(id -> string("upload", RunSchema.UPLOAD, id));
    field("shards", RunSchema.SHARDS, to -> shards(event.shards()));
    out.endMessage();
  }

  private void shards(List<Shard> shards) {
    out.startGroup();
    if (!shards.isEmpty()) {
      field(
          "list",
          0,
          to -> {
            for (Shard shard : shards) {
              to.startGroup();
              field("element", 0, element -> shard(shard));
              to.endGroup();
            }
          });
    }
    out.endGroup();
  }

  private void shard(Shard shard) {
    out.startGroup();
    string("segment", RunSchema.SHARD_SEGMENT, shard.segment());
    number("position", RunSchema.SHARD_POSITION, shard.position());
    integer("length", RunSchema.SHARD_LENGTH, shard.length());
    integer("crc32c", RunSchema.SHARD_CRC32C, shard.crc32c());
    out.endGroup();
  }

  private void string(String name, int field, String value) {
    field(name, field, to -> to.addBinary(Binary.fromString(value)));
  }

  private void integer(String name, int field, int value) {
    field(name, field, to -> to.addInteger(value));
  }

  private void number(String name, int field, long value) {
    field(name, field, to -> to.addLong(value));
  }

  private void field(String name, int field, Consumer<RecordConsumer> value) {
    out.startField(name, field);
    value.accept(out);
    out.endField(name, field);
  }

  private static Map<Op, Binary> ops() {
    Map<Op, Binary> ops = new EnumMap<>(Op.class);
    for (Op op : Op.values()) {
      ops.put(op, Binary.fromString(op.name()));
    }
    return ops;
  }
}
