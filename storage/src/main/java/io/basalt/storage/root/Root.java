package io.basalt.storage.root;

import io.basalt.storage.drive.DriveInfo;
import java.util.List;
import java.util.Optional;

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
    List<Pin> pins) {

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
  }

  /** A live attempt; kind is ingest, migrate or compact. */
  public record LiveAttempt(String id, String kind) {}

  /** An earlier root that readers may open, and its commit time. */
  public record KeptRoot(long number, long at) {}

  /** A root that a long read needs; renewed in milliseconds since the epoch. */
  public record Pin(String id, long number, long renewed) {}
}
