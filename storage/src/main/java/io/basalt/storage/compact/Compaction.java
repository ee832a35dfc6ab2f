package io.basalt.storage.compact;

import io.basalt.storage.commit.ArbiterException;
import io.basalt.storage.commit.Attempt;
import io.basalt.storage.commit.CommitConflictException;
import io.basalt.storage.commit.CommitUnknownException;
import io.basalt.storage.commit.RootCommitter;
import io.basalt.storage.compact.Usage.Dropped;
import io.basalt.storage.compact.Usage.Retired;
import io.basalt.storage.compact.Usage.Span;
import io.basalt.storage.copy.CopyPolicy;
import io.basalt.storage.copy.CopyWriter;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.leaf.BranchEditor;
import io.basalt.storage.leaf.BranchRef;
import io.basalt.storage.leaf.LeafRef;
import io.basalt.storage.leaf.LeafTree;
import io.basalt.storage.leaf.TreeFileWriter;
import io.basalt.storage.location.LocationEdit;
import io.basalt.storage.location.LocationMap;
import io.basalt.storage.location.LocationMapWriter;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.root.CopyRef;
import io.basalt.storage.root.FileRef;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.TreeTop;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Ends a compaction, in two commits: the first takes the new leaves, the second their metadata copy
 * and whatever is dead by it. Then deletes what no root needs any more. Belongs to one thread.
 *
 * <p>A copy is made of leaves that are committed. So whoever finds one that no root names, after a
 * stop or of an attempt that slept, finds a state that the store was in: no upload is missing from
 * it that was published meanwhile.
 *
 * <p>What a stop leaves behind:
 *
 * <ol>
 *   <li>before the first commit: leaves, branches and a usage that no root names; the next
 *       compaction ends the attempt, and the sweep deletes them
 *   <li>between the two: the new leaves, and files of a copy that no root names; the next
 *       compaction makes the copy and frees what is dead
 *   <li>after the second: files that the committed usage lists as dropped; the next compaction
 *       deletes them
 *   <li>in the middle of deleting: the same; a drive that was away is asked again by each
 *       compaction until it answers
 * </ol>
 */
public final class Compaction {
  /** Ingest and migrate change the location map now and then; each time the edit is made anew. */
  private static final int TRIES = 20;

  private final RootCommitter committer;
  private final Attempt attempt;
  private final Root base;
  private final MirroredFiles mirrors;
  private final TreeFileWriter files;
  private final LocationMapWriter maps;
  private final CopyWriter copies;
  private final LeafTree tree;
  private final Deletion deletion;

  /**
   * @param committer of an attempt of its own
   * @param attempt the compaction's, which {@link CompactionStart} made live
   * @param base the root that was compacted
   * @param files writes in the name of the compaction's attempt
   * @param copies on how many drives the metadata copy goes
   */
  public Compaction(
      DriveSet drives,
      MirroredFiles mirrors,
      RootCommitter committer,
      Attempt attempt,
      Root base,
      TreeFileWriter files,
      CopyPolicy copies) {
    this.committer = committer;
    this.attempt = attempt;
    this.base = base;
    this.mirrors = mirrors;
    this.files = files;
    this.maps = new LocationMapWriter(mirrors, committer.attempt());
    this.copies = new CopyWriter(drives, mirrors, files, copies);
    this.tree = new LeafTree(mirrors);
    this.deletion = new Deletion(drives);
  }

  /**
   * What a compaction did.
   *
   * @param root the committed one
   * @param rewrittenBytes of the new leaves, each copy counted once
   * @param freedBytes deleted from drives, each copy counted
   */
  public record Outcome(
      long root, long runsIn, long leavesOut, long rewrittenBytes, long freedBytes) {}

  /**
   * Commits the leaves of all stretches.
   *
   * @param abandonment by which uploads were dropped from all of them
   * @throws CommitConflictException if a later compaction ended this one, or an upload was
   *     published that is not in the leaves any more
   */
  public Outcome commit(List<Merged> merged, Abandonment abandonment)
      throws IOException, ArbiterException, CommitConflictException, CommitUnknownException {
    Usage before = UsageCodec.read(mirrors, base.tree().map(TreeTop::usage));
    LocationMap known = LocationMap.load(mirrors, base);
    List<String> ids = known.all().stream().map(SegmentLocation::segment).toList();
    Usage usage = Accounts.merge(base, ids, before, merged, abandonment);
    Deletion.Deleted again = deletion.delete(before.dropped());
    Usage settled = Accounts.free(usage, Set.of(), List.of(), again.left());
    Optional<BranchRef> branch = branches(merged);
    TreeTop top = top(branch, settled);
    committer.commit(
        new CompactChange(attempt, base.tree(), top, base.runs(), abandonment.floors()));
    Freed freed = free(top, settled, copies.write(base, branch));
    return outcome(freed.root(), merged, again.bytes() + freed.bytes());
  }

  private record Freed(Root root, long bytes) {}

  /** Commits the copy, and takes out of the store what no root and no copy needs any more. */
  private Freed free(TreeTop top, Usage usage, Optional<CopyRef> copy)
      throws IOException, ArbiterException, CommitConflictException, CommitUnknownException {
    for (int tries = 1; ; tries++) {
      Root head = committer.refresh();
      Map<String, Span> dead = Accounts.dead(usage, head, copy.or(head::copy));
      List<Retired> retired = Accounts.dead(usage.retired(), head);
      LocationMap map = LocationMap.load(mirrors, head);
      List<SegmentLocation> freed =
          dead.keySet().stream().flatMap(id -> map.find(id).stream()).toList();
      List<Dropped> dropped = dropped(map, freed, retired);
      List<Dropped> all = new ArrayList<>(usage.dropped());
      all.addAll(dropped);
      try {
        Usage left = Accounts.free(usage, dead.keySet(), retired, all);
        Root root =
            committer.commit(
                new FreeChange(
                    attempt,
                    top,
                    left.equals(usage) ? top : top.with(write(left)),
                    edit(head, freed),
                    dead,
                    copy));
        return new Freed(root, deletion.delete(dropped).bytes());
      } catch (CommitConflictException e) {
        if (tries == TRIES || !mayGoOn(committer.head(), top)) {
          throw e;
        }
      }
    }
  }

  private Optional<BranchRef> branches(List<Merged> merged) throws IOException {
    List<LeafRef> removed =
        merged.stream().flatMap(each -> each.stretch().leaves().stream()).distinct().toList();
    List<LeafRef> added = merged.stream().flatMap(each -> each.added().stream()).toList();
    Optional<FileRef> top = base.tree().flatMap(TreeTop::branch);
    return new BranchEditor(tree, files).replace(top, removed, added);
  }

  private TreeTop top(Optional<BranchRef> branch, Usage usage) throws IOException {
    return new TreeTop(
        base.number(),
        base.positions(),
        branch.map(BranchRef::file),
        branch.map(BranchRef::files).orElse(0L),
        branch.map(BranchRef::bytes).orElse(0L),
        write(usage));
  }

  private FileRef write(Usage usage) throws IOException {
    return files.write("usage", UsageCodec.encode(usage));
  }

  private Optional<LocationMapWriter.Written> edit(Root head, List<SegmentLocation> freed)
      throws IOException, CommitConflictException {
    return freed.isEmpty()
        ? Optional.empty()
        : Optional.of(maps.write(head, new LocationEdit(List.of(), List.of(), List.of(), freed)));
  }

  /** The files of dead segments and runs, and of stripes in which no other segment stands. */
  private static List<Dropped> dropped(
      LocationMap map, List<SegmentLocation> freed, List<Retired> retired) {
    List<Dropped> dropped = new ArrayList<>();
    freed.stream()
        .filter(segment -> !segment.mirrors().isEmpty())
        .forEach(segment -> dropped.add(new Dropped(segment.fileName(), segment.mirrors())));
    dropped.addAll(EmptyStripes.strips(map, freed));
    retired.forEach(run -> dropped.add(new Dropped(run.file().name(), run.file().drives())));
    return dropped;
  }

  /** Whether a conflict came from the map alone, which the next try takes as it is then. */
  private boolean mayGoOn(Root head, TreeTop top) {
    return head.tree().equals(Optional.of(top))
        && head.attempts().stream().anyMatch(live -> live.id().equals(attempt.toString()));
  }

  private Outcome outcome(Root root, List<Merged> merged, long freedBytes) {
    List<LeafRef> added = merged.stream().flatMap(each -> each.added().stream()).toList();
    return new Outcome(
        root.number(),
        base.runs().size(),
        added.size(),
        added.stream().mapToLong(LeafRef::storedBytes).sum(),
        freedBytes);
  }
}
