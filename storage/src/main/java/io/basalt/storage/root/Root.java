package io.basalt.storage.root;

import io.basalt.storage.drive.DriveInfo;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The whole state of the store at one commit; immutable. The newest is the head.
 *
 * @param bodyId unique name of the stored body: attempt and a counter
 * @param at commit time, milliseconds since the epoch; never below the parent's
 * @param arbiter the commit record that decided the parent
 * @param positions one per (incarnation, partition) that was read
 * @param floor attempts whose head number is below it and that are not live have ended
 * @param tails segments whose events are not yet in a run
 * @param runs oldest first; their events that the tree covers count no more
 * @param tree the leaves, or empty before the first compaction
 * @param locationMap files of the location map; a segment that is no tail stands in one of them
 * @param kept earlier roots that are kept, ascending
 * @param copy the newest complete metadata copy, or empty before the first
 * @param tags names of kept roots, which stay as long as their tags
 * @param uploads what publishes and dropped uploads have to know of each other
 */
public record Root(
    String storeId,
    String store,
    long number,
    String bodyId,
    String attempt,
    long at,
    ArbiterPoint arbiter,
    List<Incarnation> incarnations,
    List<Position> positions,
    String rejectsTopicId,
    List<DriveInfo> drives,
    long floor,
    List<LiveAttempt> attempts,
    List<Tail> tails,
    List<RunRef> runs,
    Optional<TreeTop> tree,
    List<FileRef> locationMap,
    List<KeptRoot> kept,
    List<Pin> pins,
    Optional<CopyRef> copy,
    List<Tag> tags,
    Uploads uploads) {

  public Root {
    incarnations = List.copyOf(incarnations);
    positions = List.copyOf(positions);
    drives = List.copyOf(drives);
    attempts = List.copyOf(attempts);
    tails = List.copyOf(tails);
    runs = List.copyOf(runs);
    locationMap = List.copyOf(locationMap);
    kept = List.copyOf(kept);
    pins = List.copyOf(pins);
    tags = List.copyOf(tags);
  }

  /** The first root of a store: nothing but its drives. */
  public static Root first(
      String storeId,
      String store,
      String bodyId,
      String attempt,
      long at,
      List<DriveInfo> drives) {
    return new Root(
        storeId,
        store,
        1,
        bodyId,
        attempt,
        at,
        ArbiterPoint.NONE,
        List.of(),
        List.of(),
        "",
        drives,
        0,
        List.of(),
        List.of(),
        List.of(),
        Optional.empty(),
        List.of(),
        List.of(),
        List.of(),
        Optional.empty(),
        List.of(),
        Uploads.NONE);
  }

  /** A live attempt; kind is ingest, migrate or compact. */
  public record LiveAttempt(String id, String kind) {}

  /** An earlier root that readers may open, and its commit time. */
  public record KeptRoot(long number, long at) {}

  /** A root that a long read needs; renewed in milliseconds since the epoch. */
  public record Pin(String id, long number, long renewed) {}

  /** A name for a kept root. */
  public record Tag(String name, long number) {}

  /** Whether readers may open a root: this one, or one that it keeps. */
  public boolean lists(long root) {
    return root == number || kept.stream().anyMatch(each -> each.number() == root);
  }

  /** The kept roots that a pin or a tag holds, by number. */
  public Set<Long> held() {
    return held(pins, tags);
  }

  static Set<Long> held(List<Pin> pins, List<Tag> tags) {
    return Stream.concat(pins.stream().map(Pin::number), tags.stream().map(Tag::number))
        .collect(Collectors.toUnmodifiableSet());
  }
}
