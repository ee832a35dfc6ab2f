package io.basalt.storage.run;

import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.Op;
import io.basalt.storage.tree.Shard;
import io.basalt.storage.tree.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.RecordMaterializer;

/** Builds events from columns. Values that repeat in a dictionary are decoded once per page set. */
final class EventMaterializer extends RecordMaterializer<Event> {
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
  private Event current;

  private final GroupConverter shard =
      new Group(
          () -> {},
          () ->
              shards.add(
                  new Shard(
                      segment.value, shardPosition.value, (int) length.value, (int) crc32c.value)),
          segment,
          shardPosition,
          length,
          crc32c);
  private final GroupConverter root =
      new Group(
          this::start,
          this::end,
          path,
          incarnation,
          partition,
          offset,
          timestamp,
          op,
          position,
          upload,
          new Group(() -> {}, () -> {}, new Group(() -> {}, () -> {}, shard)));

  @Override
  public Event getCurrentRecord() {
    return current;
  }

  @Override
  public GroupConverter getRootConverter() {
    return root;
  }

  private void start() {
    upload.value = null;
    shards.clear();
  }

  private void end() {
    current =
        new Event(
            path.value,
            new Version((int) incarnation.value, offset.value),
            (int) partition.value,
            timestamp.value,
            Op.valueOf(op.value),
            position.value,
            Optional.ofNullable(upload.value),
            shards);
  }

  private static final class Group extends GroupConverter {
    private final Runnable start;
    private final Runnable end;
    private final Converter[] fields;

    private Group(Runnable start, Runnable end, Converter... fields) {
      this.start = start;
      this.end = end;
      this.fields = fields;
    }

    @Override
    public Converter getConverter(int field) {
      return fields[field];
    }

    @Override
    public void start() {
      start.run();
    }

    @Override
    public void end() {
      end.run();
    }
  }
}
