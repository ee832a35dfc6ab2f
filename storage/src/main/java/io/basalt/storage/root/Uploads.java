package io.basalt.storage.root;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a publish and a compaction that drops abandoned uploads have to know of each other, so that
 * an upload is published whole or not at all. Immutable.
 *
 * @param droppedAfter the last root before the newest one that dropped uploads: what was looked up
 *     in it or before may be gone; 0 if none was ever dropped
 * @param floors of each partition: an upload with a part below it may have been dropped
 * @param published of each partition: the oldest part of all uploads that were published since the
 *     running compaction began
 */
public record Uploads(
    long droppedAfter, List<PartitionOffset> floors, List<PartitionOffset> published) {
  public static final Uploads NONE = new Uploads(0, List.of(), List.of());

  public Uploads {
    floors = List.copyOf(floors);
    published = List.copyOf(published);
  }

  /** As a compaction finds it that begins. */
  public Uploads begun() {
    return new Uploads(droppedAfter, floors, List.of());
  }

  /**
   * Whether a publish may rest on parts that are gone.
   *
   * @param oldest its oldest part
   * @param seenAt root in which its older parts were looked up
   */
  public boolean mayHaveDropped(PartitionOffset oldest, long seenAt) {
    OptionalLong floor = offset(floors, oldest);
    return seenAt <= droppedAfter && floor.isPresent() && oldest.offset() < floor.getAsLong();
  }

  /** With a publish of an upload whose oldest part this is. */
  public Uploads with(PartitionOffset oldest) {
    OptionalLong known = offset(published, oldest);
    return known.isPresent() && known.getAsLong() <= oldest.offset()
        ? this
        : new Uploads(droppedAfter, floors, put(published, oldest));
  }

  /** An upload that was published meanwhile and that uploads below these floors may include. */
  public Optional<PartitionOffset> publishedBelow(List<PartitionOffset> dropped) {
    return published.stream()
        .filter(
            oldest -> {
              OptionalLong floor = offset(dropped, oldest);
              return floor.isPresent() && oldest.offset() < floor.getAsLong();
            })
        .findFirst();
  }

  /**
   * After uploads were dropped.
   *
   * @param after the last root that has them
   */
  public Uploads dropped(long after, List<PartitionOffset> below) {
    List<PartitionOffset> raised = floors;
    for (PartitionOffset floor : below) {
      OptionalLong known = offset(raised, floor);
      if (known.isEmpty() || known.getAsLong() < floor.offset()) {
        raised = put(raised, floor);
      }
    }
    return new Uploads(after, raised, published);
  }

  /** The offset of a partition among some. */
  public static OptionalLong offset(List<PartitionOffset> offsets, PartitionOffset of) {
    return offsets.stream()
        .filter(each -> each.isOf(of.incarnation(), of.partition()))
        .mapToLong(PartitionOffset::offset)
        .findFirst();
  }

  private static List<PartitionOffset> put(List<PartitionOffset> offsets, PartitionOffset put) {
    List<PartitionOffset> changed = new ArrayList<>(offsets);
    changed.removeIf(each -> each.isOf(put.incarnation(), put.partition()));
    changed.add(put);
    return changed;
  }
}
