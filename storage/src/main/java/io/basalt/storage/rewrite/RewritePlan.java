package io.basalt.storage.rewrite;

import io.basalt.storage.compact.UsageCodec;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.config.Tier;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.leaf.LeafRef;
import io.basalt.storage.leaf.LeafTree;
import io.basalt.storage.location.LocationMap;
import io.basalt.storage.migrate.StripeShape;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.root.Root;
import io.basalt.storage.tree.PathRange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What a pass is to rewrite.
 *
 * @param sparse segments and stripes, those with the smallest live share first
 * @param givesBackBytes user bytes that are free once no kept root needs the old places: what they
 *     hold less what their live parts take
 * @param readBytes of all leaves, which have to be read to find what refers to them
 * @param why in words, why nothing is rewritten or not all of it; empty if all is
 */
public record RewritePlan(List<Sparse> sparse, long givesBackBytes, long readBytes, String why) {
  /** A task copies about so many bytes; a few small ones would leave a short stripe each. */
  private static final long TASK_BYTES = 256L << 20;

  public RewritePlan {
    sparse = List.copyOf(sparse);
  }

  /**
   * What little of is live.
   *
   * @param id of a segment on mirrors, or of a stripe
   * @param segments whose live parts are copied: itself, or those in the stripe
   */
  public record Sparse(
      Tier tier, String id, List<String> segments, long heldBytes, long liveBytes) {
    public Sparse {
      segments = List.copyOf(segments);
    }

    double liveShare() {
      return (double) liveBytes / heldBytes;
    }
  }

  /**
   * Some leaves, and the segments whose live parts they may refer to.
   *
   * @param mirrored on SCM, and when each was last used, in milliseconds since the epoch; 0 if that
   *     is not known
   */
  public record Task(List<LeafRef> leaves, Map<String, Long> mirrored, Set<String> striped) {
    public Task {
      leaves = List.copyOf(leaves);
      mirrored = Map.copyOf(mirrored);
      striped = Set.copyOf(striped);
    }

    /** When the last used of some segments was used; 0 if of none it is known. */
    long usedMillis(Stream<String> segments) {
      return segments.mapToLong(id -> mirrored.getOrDefault(id, 0L)).max().orElse(0);
    }

    /** Where live parts of a segment go; empty if they stay. */
    Optional<Tier> tier(String segment) {
      if (striped.contains(segment)) {
        return Optional.of(Tier.CAPACITY);
      }
      return mirrored.containsKey(segment) ? Optional.of(Tier.SCM) : Optional.empty();
    }
  }

  /** What a pass at a root would rewrite; reads the branches, and no leaf. */
  public static RewritePlan of(DriveSet drives, Root root, StoreConfig config) throws IOException {
    if (root.tree().isEmpty()) {
      return new RewritePlan(List.of(), 0, 0, "nothing was compacted yet");
    }
    MirroredFiles mirrors = new MirroredFiles(drives);
    StripeShape.Code code = code(config, drives);
    long bytes = leaves(drives, root).stream().mapToLong(LeafRef::storedBytes).sum();
    return new SparsePlanner(
            config.compaction().liveThreshold(),
            config.segmentSize(),
            code,
            Room.tiers(drives, code, config.segmentSize()))
        .plan(
            UsageCodec.read(mirrors, Optional.of(root.tree().get().usage())),
            LocationMap.load(mirrors, root),
            bytes);
  }

  /** All leaves of a root, by path. */
  public static List<LeafRef> leaves(DriveSet drives, Root root) throws IOException {
    List<LeafRef> leaves = new ArrayList<>();
    try {
      if (root.tree().isPresent()) {
        new LeafTree(new MirroredFiles(drives))
            .leaves(root.tree().get(), PathRange.ALL)
            .forEachRemaining(leaves::add);
      }
      return leaves;
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** The code of new stripes. */
  public static StripeShape.Code code(StoreConfig config, DriveSet drives) {
    int capacity =
        (int) drives.infos().stream().filter(info -> info.tier() == Tier.CAPACITY).count();
    return StripeShape.Code.of(config.erasure(), capacity);
  }

  public boolean hasWork() {
    return !sparse.isEmpty();
  }

  /** Bytes that are copied. */
  long liveBytes() {
    return sparse.stream().mapToLong(Sparse::liveBytes).sum();
  }

  /**
   * Cuts the work into tasks of neighbouring leaves; none if nothing is to be rewritten.
   *
   * @param lastUses when segments on SCM were last used
   */
  public List<Task> tasks(List<LeafRef> leaves, Map<String, Long> lastUses) {
    if (sparse.isEmpty()) {
      return List.of();
    }
    Map<String, Long> mirrored = new TreeMap<>();
    segments(Tier.SCM).forEach(id -> mirrored.put(id, lastUses.getOrDefault(id, 0L)));
    Set<String> striped = segments(Tier.CAPACITY);
    int count = (int) Math.max(1, Math.min(leaves.size(), liveBytes() / TASK_BYTES));
    List<Task> tasks = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int from = (int) ((long) leaves.size() * i / count);
      int to = (int) ((long) leaves.size() * (i + 1) / count);
      tasks.add(new Task(leaves.subList(from, to), mirrored, striped));
    }
    return tasks;
  }

  private Set<String> segments(Tier tier) {
    Set<String> segments = new TreeSet<>();
    sparse.stream()
        .filter(each -> each.tier() == tier)
        .forEach(each -> segments.addAll(each.segments()));
    return segments;
  }
}
