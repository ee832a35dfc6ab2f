package io.basalt.storage.rebuild;

import io.basalt.storage.commit.Arbiter;
import io.basalt.storage.commit.ArbiterException;
import io.basalt.storage.commit.ArbiterRepair;
import io.basalt.storage.commit.Attempt;
import io.basalt.storage.commit.CommitConflictException;
import io.basalt.storage.commit.Eras;
import io.basalt.storage.compact.FreshUsage;
import io.basalt.storage.config.Tier;
import io.basalt.storage.drive.DriveInfo;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.leaf.BranchEditor;
import io.basalt.storage.leaf.BranchRef;
import io.basalt.storage.leaf.LeafLimits;
import io.basalt.storage.leaf.LeafRef;
import io.basalt.storage.leaf.LeafTree;
import io.basalt.storage.leaf.LeafWriter;
import io.basalt.storage.leaf.TreeFileWriter;
import io.basalt.storage.location.LocationEdit;
import io.basalt.storage.location.LocationMapWriter;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.root.ArbiterPoint;
import io.basalt.storage.root.Incarnation;
import io.basalt.storage.root.Position;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.RootBuilder;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.TreeTop;
import io.basalt.storage.segment.EventFilter;
import io.basalt.storage.segment.IndexBlock;
import io.basalt.storage.tree.Covered;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.EventWindows;
import io.basalt.storage.tree.Fold;
import io.basalt.storage.tree.FoldedPaths;
import io.basalt.storage.tree.HeldEvents;
import io.basalt.storage.tree.Op;
import io.basalt.storage.tree.PathRange;
import io.basalt.storage.tree.PathState;
import io.basalt.storage.tree.Shard;
import io.basalt.storage.tree.Version;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Makes the tree anew from the drives alone: the newest complete metadata copy and, of each
 * partition, all events from its positions on. Run it with all jobs stopped. Belongs to one thread.
 *
 * <p>Memory does not depend on how many events there are: index blocks are read segment by segment,
 * once to see what they cover, once to follow each of their partitions, and once for each window of
 * paths that fits into memory. What grows is a little for each file on the drives, each leaf of the
 * copy, and each file that is reported lost.
 *
 * <p>No file that is there is changed or deleted. What a stop leaves behind:
 *
 * <ol>
 *   <li>before the declaration: leaves, branches, a usage and a map file of an attempt that no root
 *       names; the next rebuild begins anew, and the sweep after it deletes them
 *   <li>after the record of the commits topic: a body that is decided; the next rebuild begins anew
 *       with another topic
 *   <li>while the root is linked: the root is the head, and whoever finds it completes it
 * </ol>
 */
public final class Rebuild implements Closeable {
  private final DriveSet drives;
  private final Options options;
  private final MirroredFiles mirrors;
  private final FoundFiles files;
  private final Optional<FoundCopy> copy;
  private final FoundSegments segments;
  private final Attempt attempt;
  private final HeldEvents held;
  private final Set<String> used = new HashSet<>();
  private final Set<String> notes = new LinkedHashSet<>();
  private final List<Incarnation> incarnations;
  private final Chains chains;

  /** Events that the fold has applied onto the copy. */
  private long applied;

  /**
   * What the drives do not say.
   *
   * @param store its name
   * @param replaced drives that are new and empty in place of lost ones
   * @param topics the topics as they are now
   */
  public record Options(String store, Set<String> replaced, Topics topics, LeafLimits limits) {
    public Options {
      replaced = Set.copyOf(replaced);
    }
  }

  /**
   * Topics of a store.
   *
   * @param writesId id of the write topic
   * @param rejectsEnd end offset of the rejects topic
   */
  public record Topics(
      String writes, String writesId, int partitions, String rejectsId, long rejectsEnd) {}

  private Rebuild(DriveSet drives, Options options, Random random, HeldEvents held)
      throws IOException {
    this.drives = drives;
    this.options = options;
    this.held = held;
    this.mirrors = new MirroredFiles(drives, random);
    this.files = FoundFiles.of(drives);
    this.copy = FoundCopy.newest(drives, mirrors, files, eraStarts(), notes::add);
    this.attempt = new Attempt(newestTrace(), "%016x".formatted(random.nextLong()));
    requireCopy();
    this.chains = new Chains(this::blocks, this::isWhole, notes::add);
    this.segments = FoundSegments.of(drives, files, this::note, notes::add);
    try {
      follow();
    } catch (IOException | RuntimeException e) {
      segments.close();
      throw e;
    }
    this.incarnations = incarnations();
  }

  private void follow() throws IOException {
    chains.follow(positions(), isFastTierWhole());
    if (mayLackCopy() && isFastTierWhole()) {
      chains.expectBeginnings(
          options.topics().partitions(),
          "segments were freed, and the copy that knows of them is not there");
    }
    copy.ifPresent(found -> chains.expect(found.later(), "the copy that holds it is not complete"));
  }

  /**
   * Looks at all drives that answer: reads index blocks and the metadata copy, and checks every
   * shard that came after the copy. Writes nothing.
   *
   * @throws IOException if there is a metadata copy and none is complete
   */
  public static Rebuild look(DriveSet drives, Options options, Random random) throws IOException {
    return look(drives, options, random, new HeldEvents(HeldEvents.inHeap()));
  }

  /** The same with a bound on the events in memory, besides those of one segment. */
  static Rebuild look(DriveSet drives, Options options, Random random, HeldEvents held)
      throws IOException {
    return new Rebuild(drives, options, random, held);
  }

  /** Costs a pass over all index blocks where the tree was made anew before. */
  private EraStarts eraStarts() throws IOException {
    EraStarts starts = new EraStarts();
    if (Eras.of(files.newestTrace()) > 0) {
      FoundSegments.of(drives, files, starts::add, notes::add).close();
    }
    return starts;
  }

  /**
   * Whether the store was compacted and no copy is found. Mostly the first one was not made yet;
   * but where all its drives are away, segments may be gone of which it knows what their events
   * came to.
   */
  private boolean mayLackCopy() {
    return copy.isEmpty() && !files.in(LeafRef.DIRECTORY).isEmpty();
  }

  /**
   * A store without capacity drives may have been compacted by a program that made no copy there:
   * then segments were freed though no copy holds what their events came to.
   */
  private void requireCopy() throws IOException {
    if (mayLackCopy()
        && drives.infos().stream().noneMatch(drive -> drive.tier() == Tier.CAPACITY)) {
      throw new IOException(
          "the store was compacted and there is no metadata copy of it: bring back a drive that"
              + " holds its roots or a list in copies/");
    }
  }

  private void note(IndexBlock block) {
    if (isNew(block)) {
      chains.add(block);
    }
  }

  private List<IndexBlock> blocks(String segment) throws IOException {
    return segments.blocks(segment, EventFilter.ALL);
  }

  /** Whether a block tells of offsets that the copy does not hold. */
  private boolean isNew(IndexBlock block) {
    return block.ranges().stream()
        .anyMatch(
            range ->
                positions().stream()
                    .filter(each -> each.incarnation() == range.incarnation())
                    .filter(each -> each.partition() == range.partition())
                    .noneMatch(each -> range.next() <= each.next()));
  }

  private long newestTrace() {
    return Math.max(
        files.newestTrace(), copy.map(found -> found.copy().root().number()).orElse(0L));
  }

  private List<Position> positions() {
    return copy.map(found -> found.copy().root().positions()).orElse(List.of());
  }

  /** Whether every segment that counts still has a mirror: one enclosure at most is missing. */
  private boolean isFastTierWhole() {
    Map<String, String> known = new HashMap<>();
    copy.ifPresent(
        found ->
            found.copy().root().drives().forEach(each -> known.put(each.id(), each.incarnation())));
    Set<String> there = new HashSet<>();
    for (DriveInfo drive : drives.available(Tier.SCM)) {
      String before = known.getOrDefault(drive.id(), "");
      if (!options.replaced().contains(drive.id())
          && (before.isEmpty() || before.equals(drive.incarnation()))) {
        there.add(drive.id());
      }
    }
    return drives.infos().stream()
            .filter(drive -> drive.tier() == Tier.SCM && !there.contains(drive.id()))
            .map(DriveInfo::enclosure)
            .distinct()
            .count()
        <= 1;
  }

  private boolean isWhole(Event event) throws IOException {
    for (Shard shard : event.shards()) {
      if (!segments.isIntact(shard)) {
        return false;
      }
    }
    return true;
  }

  /** The events of one segment that count. */
  private void give(String holder, PathRange paths, Consumer<Event> sink) throws IOException {
    EventFilter wanted = new EventFilter(paths, new Covered(List.of()));
    Predicate<Event> counting = chains.counting(holder);
    for (IndexBlock block : segments.blocks(holder, wanted)) {
      for (Event event : block.events()) {
        if (counting.test(event)) {
          use(event, holder);
          sink.accept(event);
        }
      }
    }
  }

  private void use(Event event, String holder) {
    used.add(holder);
    for (Shard shard : event.shards()) {
      used.add(shard.segment());
      segments.refer(shard);
    }
  }

  /** All events that count, by (path, version). */
  private Iterator<Event> events() throws IOException {
    List<EventWindows.Level> levels = new ArrayList<>();
    for (String holder : chains.holders()) {
      levels.add((from, before, sink) -> give(holder, PathRange.stretch(from, before), sink));
    }
    return EventWindows.of(levels, held);
  }

  /** Those of the copy; what is newer is the topic as it is now. */
  private List<Incarnation> incarnations() {
    List<Incarnation> all =
        new ArrayList<>(copy.map(found -> found.copy().root().incarnations()).orElse(List.of()));
    int newest = chains.positions().stream().mapToInt(Position::incarnation).max().orElse(0);
    while (all.size() < newest) {
      int number = all.size() + 1;
      boolean last = number == newest;
      all.add(
          new Incarnation(
              number,
              options.topics().writes(),
              last ? options.topics().writesId() : "unknown-" + number,
              last ? options.topics().partitions() : chains.lastPartition(number) + 1));
    }
    return all;
  }

  /** What the tree would hold. Reads all leaves of the copy. */
  public RebuildReport report() throws IOException {
    LiveTree tree = new LiveTree(segments);
    fold(tree, state -> {});
    return report(tree);
  }

  private RebuildReport report(LiveTree tree) {
    return new RebuildReport(
        copy.map(found -> OptionalLong.of(found.copy().root().number()))
            .orElse(OptionalLong.empty()),
        tree.files(),
        tree.bytes(),
        applied,
        chains.positions(),
        chains.gaps(),
        tree.lost(),
        isFastTierWhole(),
        List.copyOf(notes));
  }

  /** Takes what a path comes to. */
  @FunctionalInterface
  private interface States {
    void add(PathState state) throws IOException;
  }

  /**
   * A publish in the tree has a whole. One that has none was flushed and never committed: the
   * upload had been dropped meanwhile, and the record is rejected.
   */
  private boolean counts(Fold before, Event event) {
    Optional<String> why = event.op() == Op.PUBLISH ? before.incomplete(event) : Optional.empty();
    why.ifPresent(
        reason ->
            notes.add(
                "%s: the publish at offset %d of partition %d was never committed: %s"
                    .formatted(event.path(), event.version().offset(), event.partition(), reason)));
    return why.isEmpty();
  }

  /** What a path comes to after those of its events that count, each once. */
  private PathState after(PathState before, Iterator<Event> all) {
    Fold fold = new Fold(before);
    Optional<Version> last = Optional.empty();
    while (all.hasNext()) {
      Event event = all.next();
      if (last.filter(event.version()::equals).isPresent()) {
        continue;
      }
      last = Optional.of(event.version());
      applied++;
      if (counts(fold, event)) {
        fold.apply(event);
      }
    }
    return fold.state();
  }

  private void fold(LiveTree tree, States to) throws IOException {
    List<LeafRef> leaves = copy.map(FoundCopy::leaves).orElse(List.of());
    applied = 0;
    try {
      Iterator<PathState> settled = new LeafTree(mirrors).states(leaves);
      FoldedPaths<PathState> folds =
          new FoldedPaths<>(settled, events(), PathState::none, this::after);
      while (folds.hasNext()) {
        to.add(tree.readable(folds.next()));
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** A tree that stands on the drives and that no root names yet. */
  public record Written(RebuildReport report, Root root) {}

  /**
   * Writes leaves, branches, the usage and the location map, forced on two drives each.
   *
   * @param arbiter where the new root's successors are decided
   */
  public Written write(ArbiterPoint arbiter, Clock clock) throws IOException {
    TreeFileWriter writer = new TreeFileWriter(mirrors, attempt + "-0");
    LeafWriter leaves = new LeafWriter(writer, options.limits());
    LiveTree tree = new LiveTree(segments);
    fold(tree, leaves::add);
    Optional<BranchRef> top =
        new BranchEditor(new LeafTree(mirrors), writer)
            .replace(Optional.empty(), List.of(), leaves.finish());
    Map<String, Long> live = new HashMap<>(tree.liveBytes());
    used.forEach(segment -> live.putIfAbsent(segment, 0L));
    long number = Eras.next(newestTrace());
    List<Position> positions = chains.positions().stream().map(this::rejected).toList();
    RootBuilder next =
        new RootBuilder(Root.first(drives.storeId(), store(), "", "", at(), List.of()))
            .kept(List.of())
            .incarnations(incarnations)
            .positions(positions)
            .rejectsTopicId(options.topics().rejectsId())
            .drives(infos())
            .floor(number)
            .copy(copy.map(FoundCopy::ref))
            .tree(
                Optional.of(
                    new TreeTop(
                        number,
                        positions,
                        top.map(BranchRef::file),
                        tree.files(),
                        tree.bytes(),
                        writer.write("usage", FreshUsage.encode(live)))));
    place(next, segments.places(live.keySet()));
    return new Written(
        report(tree),
        next.build(number, attempt + "-0", attempt.toString(), clock.millis(), arbiter));
  }

  private void place(RootBuilder next, List<SegmentLocation> places) throws IOException {
    try {
      new LocationMapWriter(mirrors, attempt)
          .write(
              next.base(), new LocationEdit(places, List.of(), segments.stripes(places), List.of()))
          .apply(next);
    } catch (CommitConflictException e) {
      throw new IllegalStateException("a map without files merges none", e);
    }
  }

  /** Whatever of it was rejected is below the end of the rejects topic. */
  private Position rejected(Position position) {
    return new Position(
        position.incarnation(),
        position.partition(),
        position.next(),
        position.leaderEpoch(),
        Math.max(position.rejects(), options.topics().rejectsEnd()));
  }

  private String store() {
    return copy.map(found -> found.copy().root().store()).orElse(options.store());
  }

  /** The new root's time must not fall below that of a root that was. */
  private long at() {
    return copy.map(found -> found.copy().root().at()).orElse(0L);
  }

  /** The drives that answer, and those that are away and may come back. */
  private List<DriveInfo> infos() {
    Map<String, DriveInfo> known = new HashMap<>();
    copy.ifPresent(
        found -> found.copy().root().drives().forEach(drive -> known.put(drive.id(), drive)));
    List<DriveInfo> infos = new ArrayList<>();
    for (DriveInfo drive : drives.infos()) {
      boolean away = drives.isUnavailable(drive.id());
      infos.add(away ? known.getOrDefault(drive.id(), drive) : drive);
    }
    return infos;
  }

  /**
   * Makes the tree the truth: the first root of a new, empty commits topic.
   *
   * @throws ArbiterException if the topic holds records
   */
  public void declare(Written written, int rootCopies, Arbiter fresh)
      throws IOException, ArbiterException {
    ArbiterRepair.declareRebuilt(drives, rootCopies, fresh, written.root());
  }

  @Override
  public void close() throws IOException {
    segments.close();
  }
}
