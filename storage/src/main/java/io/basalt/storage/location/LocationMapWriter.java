package io.basalt.storage.location;

import io.basalt.storage.commit.Attempt;
import io.basalt.storage.commit.CommitConflictException;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.root.FileRef;
import io.basalt.storage.root.Place.StripePlace;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.RootBuilder;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Stripe;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Changes the location map: a new file takes in every file that holds a segment which moves or
 * leaves, and further ones, the smallest first, while these are not much larger than what it holds
 * already. So each segment stands once, every file is more than {@value #GROWTH} times as large as
 * the next smaller one, and their number is logarithmic in the number of segments.
 *
 * <p>One instance per attempt, for one thread; reads only what changed since the last head that it
 * saw. A stop leaves only a file that no root names.
 */
public final class LocationMapWriter {
  private static final int COPIES = 2;
  private static final int GROWTH = 2;

  private final MirroredFiles mirrors;
  private final Attempt attempt;
  private LocationMap known = LocationMap.none();
  private long sequence;

  public LocationMapWriter(MirroredFiles mirrors, Attempt attempt) {
    this.mirrors = mirrors;
    this.attempt = attempt;
  }

  /** Writes the file that adds these segments to the head's map; {@link Written} makes it count. */
  public Written write(Root head, List<SegmentLocation> added) throws IOException {
    return write(head, LocationEdit.adding(added), Map.of());
  }

  /**
   * Writes the file that makes this edit of the head's map; {@link Written} makes it count.
   *
   * @throws CommitConflictException if a segment is not where the edit expects it
   */
  public Written write(Root head, LocationEdit edit) throws IOException, CommitConflictException {
    return write(head, edit, edit.outcomes(map(head)));
  }

  private LocationMap map(Root head) throws IOException {
    known = known.reload(mirrors, head);
    return known;
  }

  private Written write(
      Root head, LocationEdit edit, Map<String, Optional<SegmentLocation>> outcomes)
      throws IOException {
    LocationMap map = map(head);
    List<SegmentLocation> segments = new ArrayList<>(edit.added());
    edit.moved().forEach(move -> segments.add(move.to()));
    List<Stripe> stripes = new ArrayList<>(edit.stripes());
    List<FileRef> merged = new ArrayList<>();
    for (FileRef file : touchedThenSmallest(head, map, outcomes.keySet())) {
      MapFile old = map.in(file);
      if (old.holdsAny(outcomes.keySet()) || old.segments().size() <= GROWTH * segments.size()) {
        old.segments().stream()
            .filter(segment -> !outcomes.containsKey(segment.segment()))
            .forEach(segments::add);
        stripes.addAll(old.stripes());
        merged.add(file);
      }
    }
    requireOnce(segments);
    return new Written(store(new MapFile(segments, used(stripes, segments))), merged);
  }

  /** What must be rewritten comes first, since it decides how much else is small beside it. */
  private static List<FileRef> touchedThenSmallest(
      Root head, LocationMap map, Set<String> touched) {
    return head.locationMap().stream()
        .sorted(
            Comparator.comparing((FileRef file) -> !map.in(file).holdsAny(touched))
                .thenComparing(file -> map.in(file).segments().size()))
        .toList();
  }

  private static List<Stripe> used(List<Stripe> stripes, List<SegmentLocation> segments) {
    Set<String> used =
        segments.stream()
            .map(SegmentLocation::place)
            .filter(StripePlace.class::isInstance)
            .map(place -> ((StripePlace) place).stripe())
            .collect(Collectors.toSet());
    return stripes.stream().filter(stripe -> used.contains(stripe.id())).toList();
  }

  private static void requireOnce(List<SegmentLocation> locations) {
    Set<String> seen = new HashSet<>();
    for (SegmentLocation location : locations) {
      if (!seen.add(location.segment())) {
        throw new IllegalStateException(
            "segment " + location.segment() + " would stand twice in the location map");
      }
    }
  }

  private Optional<FileRef> store(MapFile file) throws IOException {
    if (file.segments().isEmpty()) {
      return Optional.empty();
    }
    byte[] bytes = LocationMapCodec.encode(file);
    List<String> drives = mirrors.pickRootDrives(COPIES, bytes.length);
    if (drives.size() < COPIES) {
      throw new IOException(
          "drives of two enclosures with %d bytes free are needed for the location map; found %s"
              .formatted(bytes.length, drives));
    }
    String name = "maps/" + attempt + "-" + sequence++;
    return Optional.of(mirrors.write(drives, name, ByteBuffer.wrap(bytes)));
  }

  /** A written file, empty if no segment is left for it, and those that it replaces. */
  public record Written(Optional<FileRef> file, List<FileRef> merged) {
    public Written {
      merged = List.copyOf(merged);
    }

    /**
     * Puts the file into a root's map in place of those it merged.
     *
     * @throws CommitConflictException if one of them is no longer in the map
     */
    public void apply(RootBuilder next) throws CommitConflictException {
      if (!next.locationMap().containsAll(merged)) {
        throw new CommitConflictException(
            "the location map changed while a file of it was written: plan anew");
      }
      List<FileRef> files = new ArrayList<>(next.locationMap());
      files.removeAll(merged);
      file.ifPresent(files::add);
      next.locationMap(files);
    }
  }
}
