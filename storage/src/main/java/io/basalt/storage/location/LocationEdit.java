package io.basalt.storage.location;

import io.basalt.storage.commit.CommitConflictException;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Stripe;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What changes in the location map. Each segment is named once.
 *
 * @param added segments that were in no file of the map
 * @param moved segments that get another place, as {@code from} to {@code to}
 * @param stripes new stripes that the moved segments stand in
 * @param freed segments that leave the map. A stripe whose last segment leaves or moves on goes too
 */
public record LocationEdit(
    List<SegmentLocation> added,
    List<Move> moved,
    List<Stripe> stripes,
    List<SegmentLocation> freed) {

  public LocationEdit {
    added = List.copyOf(added);
    moved = List.copyOf(moved);
    stripes = List.copyOf(stripes);
    freed = List.copyOf(freed);
  }

  /** A segment's place as it was seen, and the one it gets. */
  public record Move(SegmentLocation from, SegmentLocation to) {
    public Move {
      if (!from.movedTo(to.place()).equals(to)) {
        throw new IllegalArgumentException("a move changes the place alone: " + from + " to " + to);
      }
    }
  }

  /** Segments that come from tails. */
  static LocationEdit adding(List<SegmentLocation> added) {
    return new LocationEdit(added, List.of(), List.of(), List.of());
  }

  /** Segments that move into new stripes. */
  public static LocationEdit moving(List<Move> moved, List<Stripe> stripes) {
    return new LocationEdit(List.of(), moved, stripes, List.of());
  }

  /** What is to become of the segments that must stand in the map; empty for the freed ones. */
  Map<String, Optional<SegmentLocation>> outcomes(LocationMap map) throws CommitConflictException {
    Map<String, Optional<SegmentLocation>> outcomes = new HashMap<>();
    for (Move move : moved) {
      expect(map, move.from());
      outcomes.put(move.from().segment(), Optional.of(move.to()));
    }
    for (SegmentLocation segment : freed) {
      expect(map, segment);
      outcomes.put(segment.segment(), Optional.empty());
    }
    return outcomes;
  }

  private static void expect(LocationMap map, SegmentLocation seen) throws CommitConflictException {
    Optional<SegmentLocation> now = map.find(seen.segment());
    if (!now.equals(Optional.of(seen))) {
      throw new CommitConflictException(
          "segment %s is no longer where it was seen: %s, then %s"
              .formatted(
                  seen.segment(),
                  seen.place(),
                  now.isPresent() ? now.get().place() : "no longer in the store"));
    }
  }
}
