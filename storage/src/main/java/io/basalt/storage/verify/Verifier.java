package io.basalt.storage.verify;

import io.basalt.storage.commit.Attempt;
import io.basalt.storage.commit.Eras;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.location.LocationMap;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.root.FileRef;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Stripe;
import io.basalt.storage.root.Tail;
import io.basalt.storage.segment.EventFilter;
import io.basalt.storage.segment.IndexBlock;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.HeldEvents;
import java.io.IOException;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Checks a store: drives, roots, the location map, runs, leaves, branches, their metadata copy,
 * segments and every shard, on every copy, and every strip of every stripe. It reads all of it and
 * changes nothing. Others may commit meanwhile: segments that move are checked where they are by
 * then, and what only one of several looks at the store sees was on its way out.
 *
 * <p>Memory grows by a little for each file on the drives, each leaf and each kept root, and not
 * with what these hold: events are read segment by segment and run by run, folded window by window,
 * and shards are checked as many segments at a time as fit into a share of the heap. For each such
 * window of segments but the first the tree is read once more, from one copy.
 */
public final class Verifier {
  private static final int ROOT_COPIES = 3;
  private static final int LOOKS = 3;

  /** What is wrong here was compared with the newest head already. */
  private static final Set<Problem.Kind> LASTING =
      EnumSet.of(
          Problem.Kind.DRIVE, Problem.Kind.SEGMENT, Problem.Kind.SHARD, Problem.Kind.UNREFERENCED);

  private final DriveSet drives;
  private final int rootCopies;
  private final HeldEvents heldEvents;
  private final long mostShards;
  private long peakShards;

  public Verifier(DriveSet drives) {
    this(drives, ROOT_COPIES);
  }

  /** A verifier of a store whose roots go to that many drives. */
  public Verifier(DriveSet drives, int rootCopies) {
    this(drives, rootCopies, new HeldEvents(HeldEvents.inHeap()), ShardWindow.inHeap());
  }

  /**
   * The same with bounds on what is in memory.
   *
   * @param mostShards shards, besides those of one segment
   */
  Verifier(DriveSet drives, int rootCopies, HeldEvents heldEvents, long mostShards) {
    this.drives = drives;
    this.rootCopies = rootCopies;
    this.heldEvents = heldEvents;
    this.mostShards = mostShards;
  }

  /** The most shards that were in memory at once. */
  long peakShards() {
    return peakShards;
  }

  /** Checks everything; what cannot be read is a problem, never an exception. */
  public VerifyReport verify() {
    return verify(Watcher.NONE);
  }

  /**
   * The same, watched. Where others committed meanwhile, what was wrong may have been on its way
   * out, so the store is looked at again: what counts is what the last look and one before it saw.
   */
  public VerifyReport verify(Watcher watcher) {
    Set<Seen> before = new HashSet<>();
    for (int look = 1; ; ) {
      Findings findings = new Findings(watcher);
      drives
          .unavailable()
          .forEach((drive, why) -> findings.problem(Problem.Kind.DRIVE, drive, "", why));
      Copies copies = new Copies(drives, findings);
      List<Root> roots = new RootCheck(drives, rootCopies, copies, findings).check();
      if (roots.isEmpty()) {
        return findings.report();
      }
      Pass pass = new Pass(roots, copies, findings, watcher);
      if (!pass.locate() && pass.isOvertaken()) {
        // The map is the head's alone, and there is a newer one.
        continue;
      }
      pass.run();
      if (!findings.hasProblems() || !pass.isOvertaken()) {
        return findings.report();
      }
      Predicate<Problem> stands =
          problem ->
              LASTING.contains(problem.kind()) || before.contains(Seen.of(problem, roots.get(0)));
      if (look == LOOKS || findings.problems().stream().allMatch(stands)) {
        findings.retain(stands);
        return findings.report();
      }
      findings.problems().forEach(problem -> before.add(Seen.of(problem, roots.get(0))));
      look++;
    }
  }

  /** What the next look sees again, if it is wrong for good: its head is another one. */
  private record Seen(Problem.Kind kind, String drive, String file) {
    static Seen of(Problem problem, Root head) {
      boolean isHead = problem.file().equals(RootCheck.fileName(head.number()));
      return new Seen(problem.kind(), problem.drive(), isHead ? "head" : problem.file());
    }
  }

  /** One look at what the head and its kept roots name. */
  private final class Pass {
    private final List<Root> roots;
    private final Root head;
    private final Copies copies;
    private final Findings findings;
    private final Watcher watcher;
    private final Map<String, SegmentLocation> segments = new TreeMap<>();
    private final Map<String, Stripe> stripes = new TreeMap<>();
    private NewestPlaces newest;
    private boolean located;

    /** Segments without index blocks, mostly because they were freed or cannot be read. */
    private final Set<String> silent = new HashSet<>();

    private ShardWindow window = new ShardWindow("", mostShards);

    /** What index blocks tell of that the head's leaves do not hold. */
    private Total since = Total.NONE;

    Pass(List<Root> roots, Copies copies, Findings findings, Watcher watcher) {
      this.roots = roots;
      this.head = roots.get(0);
      this.copies = copies;
      this.findings = findings;
      this.watcher = watcher;
      this.newest = new NewestPlaces(drives, rootCopies, LocationMap.none());
    }

    /** Whether there is a newer head. */
    boolean isOvertaken() {
      return newest.look().filter(now -> now.number() > head.number()).isPresent();
    }

    void run() {
      watcher.expect(expectedBytes());
      new StripeCheck(drives, findings).check(stripes.values(), segments.values());
      try (SegmentCheck segmentCheck = new SegmentCheck(drives, findings, newest)) {
        TreeCheck tree = checkTree(segmentCheck);
        checkShards(segmentCheck);
        while (window.end().isPresent()) {
          window = new ShardWindow(window.end().get(), mostShards);
          collect(segmentCheck);
          tree.again(roots);
          checkShards(segmentCheck);
        }
        UnreferencedCheck unreferenced = new UnreferencedCheck(drives, findings);
        unreferenced.refer(roots, segments.values(), stripes.values());
        tree.files().forEach(unreferenced::refer);
        CopyCheck copy = new CopyCheck(copies, findings);
        copy.check(head, tree.names(head));
        copy.files().forEach(unreferenced::refer);
        unreferenced.check();
      }
    }

    private TreeCheck checkTree(SegmentCheck segmentCheck) {
      PositionCheck positions = new PositionCheck(findings);
      Predicate<Event> isSince = TreeCheck.isSince(head);
      segments.forEach(
          (id, place) -> {
            List<IndexBlock> blocks = segmentCheck.index(place);
            if (blocks.isEmpty()) {
              silent.add(id);
            }
            for (IndexBlock block : blocks) {
              if (!isBeforeRebuild(block)) {
                block.ranges().forEach(positions::add);
                block.events().forEach(positions::add);
                block.events().stream().filter(isSince).forEach(this::expect);
                hold(block);
              }
            }
          });
      Root leaves = segmentCheck.sawFreed() ? newest.look().orElse(head) : head;
      positions.check(head, leaves.tree());
      TreeCheck tree =
          new TreeCheck(
              copies,
              findings,
              (segment, wanted) -> {
                SegmentLocation place = segments.get(segment);
                return place == null ? List.of() : segmentCheck.again(place, wanted);
              },
              shard -> window.add(shard),
              heldEvents);
      tree.check(roots);
      if (located && !segmentCheck.sawFreed() && !segmentCheck.missedIndex()) {
        tree.since().ifPresent(this::requireAll);
      }
      return tree;
    }

    /** Reads once more what index blocks tell of shards, of segments that told of some before. */
    private void collect(SegmentCheck segmentCheck) {
      for (SegmentLocation place : segments.values()) {
        if (silent.contains(place.segment())) {
          continue;
        }
        try {
          for (IndexBlock block : segmentCheck.again(place, EventFilter.ALL)) {
            if (!isBeforeRebuild(block)) {
              hold(block);
            }
          }
        } catch (IOException lost) {
          // If it was freed meanwhile there is a newer head, and the next look does not miss it.
          findings.problem(Problem.Kind.TREE, "", place.fileName(), Copies.why(lost));
        }
      }
    }

    private void expect(Event event) {
      since = since.plus(Total.of(event));
    }

    /** No event is lost between the index blocks and the leaves. */
    private void requireAll(Total found) {
      if (!found.equals(since)) {
        findings.problem(
            Problem.Kind.TREE,
            "",
            RootCheck.fileName(head.number()),
            "index blocks tell of %d events since the leaves were made, runs and tails of %d others"
                .formatted(since.events(), found.events()));
      }
    }

    /** Each mirror, each strip, and what stands in stripes once more as a reader reads it. */
    private long expectedBytes() {
      long bytes = stripes.values().stream().mapToLong(s -> s.strips() * s.stripBytes()).sum();
      for (SegmentLocation segment : segments.values()) {
        bytes += segment.packedBytes() * Math.max(1, segment.mirrors().size());
      }
      return bytes;
    }

    /** What a rebuild did not take from a block counts no more, and what it took is in leaves. */
    private boolean isBeforeRebuild(IndexBlock block) {
      return Attempt.ofFile("segments/" + block.segment())
          .filter(owner -> Eras.isBefore(owner, head.number()))
          .isPresent();
    }

    /** Finds all segments; only the tails, if the location map cannot be read. */
    boolean locate() {
      for (FileRef file : head.locationMap()) {
        findings.count("maps", 1);
        copies.check(Problem.Kind.LOCATION_MAP, file);
      }
      try {
        LocationMap map = LocationMap.load(new MirroredFiles(drives), head);
        map.all().forEach(place -> segments.put(place.segment(), place));
        map.stripes().forEach(stripe -> stripes.put(stripe.id(), stripe));
        newest = new NewestPlaces(drives, rootCopies, map);
        located = true;
        return true;
      } catch (IOException e) {
        findings.problem(Problem.Kind.LOCATION_MAP, "", "", e.getMessage());
        head.tails().stream()
            .map(Tail::location)
            .forEach(place -> segments.put(place.segment(), place));
        return false;
      }
    }

    /** Shards that events name may be overwritten, and their segments freed. */
    private void hold(IndexBlock block) {
      Stream.concat(
              block.events().stream().flatMap(event -> event.shards().stream()),
              block.copies().stream())
          .filter(shard -> segments.containsKey(shard.segment()))
          .forEach(window::add);
    }

    private void checkShards(SegmentCheck segmentCheck) {
      peakShards = Math.max(peakShards, window.peak());
      for (ShardSet needed : window.segments()) {
        SegmentLocation place = segments.get(needed.segment());
        if (place == null) {
          findings.problem(
              Problem.Kind.TREE,
              "",
              "segments/" + needed.segment(),
              "holds %d shards of the tree and is in no location map".formatted(needed.size()));
        } else {
          segmentCheck.shards(place, needed.toList());
        }
      }
    }
  }
}
