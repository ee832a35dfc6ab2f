package io.basalt.storage.run;

import io.basalt.storage.table.ListColumns;
import io.basalt.storage.table.NumberColumn;
import io.basalt.storage.table.RowColumns;
import io.basalt.storage.table.TextColumn;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.EventKey;
import io.basalt.storage.tree.Op;
import io.basalt.storage.tree.Shard;
import io.basalt.storage.tree.Version;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Builds events from columns. Values that repeat in a dictionary are decoded once per page set. */
final class EventColumns {
  private static final Map<String, Op> OPS = ops();

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

  private static Map<String, Op> ops() {
    Map<String, Op> ops = new HashMap<>();
    for (Op op : Op.values()) {
      ops.put(op.name(), op);
    }
    return ops;
  }

  /** Whole events. */
  static RowColumns<Event> events() {
    EventColumns columns = new EventColumns();
    return columns.with(
        new ListColumns(
            columns::shard,
            columns.segment,
            columns.shardPosition,
            columns.length,
            columns.crc32c));
  }

  /** Events from {@link RunFormat#SIZE_COLUMNS}, whose shards have a length and no place. */
  static RowColumns<Event> sizes() {
    EventColumns columns = new EventColumns();
    return columns.with(new ListColumns(columns::length, columns.length));
  }

  private RowColumns<Event> with(ListColumns shardColumns) {
    return new RowColumns<>(
        this::event,
        path,
        incarnation,
        partition,
        offset,
        timestamp,
        op,
        position,
        upload,
        shardColumns);
  }

  /** Keys from {@link RunFormat#KEY_COLUMNS}. */
  static RowColumns<EventKey> keys() {
    EventColumns columns = new EventColumns();
    return new RowColumns<>(
        columns::key, columns.path, columns.incarnation, columns.partition, columns.offset);
  }

  private EventKey key() {
    return new EventKey(
        path.value(), new Version(incarnation.intValue(), offset.value()), partition.intValue());
  }

  private void shard() {
    shards.add(
        new Shard(segment.value(), shardPosition.value(), length.intValue(), crc32c.intValue()));
  }

  private void length() {
    shards.add(Shard.ofLength(length.intValue()));
  }

  private Event event() {
    Event event =
        new Event(
            path.value(),
            new Version(incarnation.intValue(), offset.value()),
            partition.intValue(),
            timestamp.value(),
            op(op.value()),
            position.value(),
            Optional.ofNullable(upload.value()),
            shards);
    shards.clear();
    return event;
  }

  private static Op op(String name) {
    Op known = OPS.get(name);
    if (known == null) {
      throw new IllegalArgumentException("a run has no operation " + name);
    }
    return known;
  }
}
