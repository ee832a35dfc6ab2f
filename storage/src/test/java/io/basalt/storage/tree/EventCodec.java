package io.basalt.storage.tree;

import io.basalt.schemas.EventRecord;
import io.basalt.schemas.OpRecord;
import io.basalt.schemas.ShardRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Events as generated records, and back: a second opinion on {@code IndexBlockPayload} and {@code
 * RunFormat}, which write and read them field by field.
 */
public final class EventCodec {
  private static final Op[] OPS = Op.values();
  private static final OpRecord[] OP_RECORDS = OpRecord.values();

  private EventCodec() {}

  public static EventRecord toRecord(Event event) {
    List<ShardRecord> shards = new ArrayList<>(event.shards().size());
    for (Shard shard : event.shards()) {
      shards.add(
          new ShardRecord(shard.segment(), shard.position(), shard.length(), shard.crc32c()));
    }
    return new EventRecord(
        event.path(),
        event.version().incarnation(),
        event.partition(),
        event.version().offset(),
        event.timestamp(),
        // Both enums hold the same names in the same order; EventCodecTest compares them.
        OP_RECORDS[event.op().ordinal()],
        event.position(),
        event.upload().orElse(null),
        shards);
  }

  public static Event fromRecord(EventRecord stored) {
    List<Shard> shards = new ArrayList<>(stored.getShards().size());
    for (ShardRecord shard : stored.getShards()) {
      shards.add(
          new Shard(shard.getSegment(), shard.getPosition(), shard.getLength(), shard.getCrc32c()));
    }
    return new Event(
        stored.getPath(),
        new Version(stored.getIncarnation(), stored.getOffset()),
        stored.getPartition(),
        stored.getTimestamp(),
        OPS[stored.getOp().ordinal()],
        stored.getPosition(),
        Optional.ofNullable(stored.getUpload()),
        shards);
  }
}
