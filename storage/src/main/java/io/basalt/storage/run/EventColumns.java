package io.basalt.storage.run;

import io.basalt.storage.table.FieldGroup;
import io.basalt.storage.table.NumberColumn;
import io.basalt.storage.table.RowMaterializer;
import io.basalt.storage.table.TextColumn;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.EventKey;
import io.basalt.storage.tree.Op;
import io.basalt.storage.tree.Shard;
import io.basalt.storage.tree.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.parquet.io.api.RecordMaterializer;

/** Builds events from columns. Values that repeat in a dictionary are decoded once per page set. */
final class EventColumns {
  private final TextColumn path = new TextColumn();
  private final NumberColumn incarnation = new NumberColumn();
  private final NumberColumn partition = new NumberColumn();
  private final NumberColumn offset = new NumberColumn();
  private final NumberColumn timestamp = new NumberColumn();
  private final TextColumn op = new TextColumn();
  private final NumberColumn position = new NumberColumn();
  private final TextColumn upload = new TextColumn();
  private final TextColumn segment = new TextColumn();
  private final NumberColumn shardPosition = new NumberColumn();
  private final NumberColumn length = new NumberColumn();
  private final NumberColumn crc32c = new NumberColumn();
  private final List<Shard> shards = new ArrayList<>();

  private EventColumns() {}

  static RecordMaterializer<Event> materializer() {
    EventColumns columns = new EventColumns();
    return new RowMaterializer<>(
        columns::start,
        columns::event,
        columns.path,
        columns.incarnation,
        columns.partition,
        columns.offset,
        columns.timestamp,
        columns.op,
        columns.position,
        columns.upload,
        FieldGroup.list(
            new FieldGroup(
                () -> {},
                columns::shard,
                columns.segment,
                columns.shardPosition,
                columns.length,
                columns.crc32c)));
  }

  /** Builds keys from {@link RunFormat#KEY_COLUMNS}. */
  static RecordMaterializer<EventKey> keys() {
    EventColumns columns = new EventColumns();
    return new RowMaterializer<>(
        () -> {},
        columns::key,
        columns.path,
        columns.incarnation,
        columns.partition,
        columns.offset);
  }

  private EventKey key() {
    return new EventKey(
        path.value(), new Version(incarnation.intValue(), offset.value()), partition.intValue());
  }

  private void start() {
    upload.clear();
    shards.clear();
  }

  private void shard() {
    shards.add(
        new Shard(segment.value(), shardPosition.value(), length.intValue(), crc32c.intValue()));
  }

  private Event event() {
    return new Event(
        path.value(),
        new Version(incarnation.intValue(), offset.value()),
        partition.intValue(),
        timestamp.value(),
        Op.valueOf(op.value()),
        position.value(),
        Optional.ofNullable(upload.value()),
        shards);
  }
}
