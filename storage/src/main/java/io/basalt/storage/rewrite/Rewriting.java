package io.basalt.storage.rewrite;

import io.basalt.storage.commit.ArbiterException;
import io.basalt.storage.commit.Attempt;
import io.basalt.storage.commit.CommitConflictException;
import io.basalt.storage.commit.CommitUnknownException;
import io.basalt.storage.commit.RootCommitter;
import io.basalt.storage.compact.CompactionStart;
import io.basalt.storage.compact.Usage;
import io.basalt.storage.compact.UsageCodec;
import io.basalt.storage.leaf.BranchEditor;
import io.basalt.storage.leaf.BranchRef;
import io.basalt.storage.leaf.LeafRef;
import io.basalt.storage.leaf.LeafTree;
import io.basalt.storage.leaf.TreeFileWriter;
import io.basalt.storage.location.LocationEdit;
import io.basalt.storage.location.LocationMapWriter;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.RootBuilder;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Stripe;
import io.basalt.storage.root.TreeTop;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Ends a pass that rewrites what is sparse: writes the branches and the usage, and commits. Belongs
 * to one thread.
 *
 * <p>What a stop leaves behind:
 *
 * <ol>
 *   <li>before the commit: segments, strips, leaves, branches, a usage and a map file that no root
 *       names; the next compaction ends the attempt, and the sweep deletes them
 *   <li>after the commit: nothing to do. The old places hold no live byte any more; the next
 *       compaction says from which root on, and frees them once no kept root needs them
 * </ol>
 */
public final class Rewriting {
  /** Ingest and migrate change the location map now and then; each time the edit is made anew. */
  private static final int TRIES = 20;

  private final RootCommitter committer;
  private final Attempt attempt;
  private final Root base;
  private final TreeTop before;
  private final MirroredFiles mirrors;
  private final TreeFileWriter files;
  private final LocationMapWriter maps;

  /**
   * A pass.
   *
   * @param committer of an attempt of its own
   * @param attempt the pass's, which {@link CompactionStart} made live
   * @param base the root whose leaves were rewritten
   * @param files writes in the name of the pass's attempt
   */
  public Rewriting(
      MirroredFiles mirrors,
      RootCommitter committer,
      Attempt attempt,
      Root base,
      TreeFileWriter files) {
    this.committer = committer;
    this.attempt = attempt;
    this.base = base;
    this.before =
        base.tree()
            .orElseThrow(
                () -> new IllegalArgumentException("root " + base.number() + " has no leaves"));
    this.mirrors = mirrors;
    this.files = files;
    this.maps = new LocationMapWriter(mirrors, committer.attempt());
  }

  /**
   * What a pass did.
   *
   * @param root the committed one
   * @param leaves that were written
   * @param leafBytes of these, each copy counted once
   * @param copiedBytes of users, each copy counted once
   * @param problems why parts of the work were left undone
   */
  public record Outcome(
      long root, long leaves, long leafBytes, long copiedBytes, List<String> problems) {}

  /**
   * Commits the leaves of all tasks.
   *
   * @throws CommitConflictException if a later compaction ended this pass
   */
  public Outcome commit(List<Rewritten> done)
      throws IOException, ArbiterException, CommitConflictException, CommitUnknownException {
    List<LeafRef> removed = done.stream().flatMap(each -> each.removed().stream()).toList();
    List<LeafRef> added = done.stream().flatMap(each -> each.added().stream()).toList();
    List<SegmentLocation> segments =
        done.stream().flatMap(each -> each.segments().stream()).toList();
    if (added.isEmpty()) {
      return outcome(committer.commit(this::end), done);
    }
    Usage usage = UsageCodec.read(mirrors, Optional.of(before.usage()));
    Optional<BranchRef> top =
        new BranchEditor(new LeafTree(mirrors), files).replace(before.branch(), removed, added);
    List<Stripe> stripes = done.stream().flatMap(each -> each.stripes().stream()).toList();
    LocationEdit edit = new LocationEdit(segments, List.of(), stripes, List.of());
    Map<String, Long> changes = changes(done);
    List<String> ids = segments.stream().map(SegmentLocation::segment).toList();
    for (int tries = 1; ; tries++) {
      Root head = committer.refresh();
      TreeTop after = top(top.orElseThrow(), usage.moved(head.number(), ids, changes));
      try {
        LocationMapWriter.Written map = maps.write(head, edit);
        Root root = committer.commit(new RewriteChange(attempt, before, after, map));
        return outcome(root, done);
      } catch (CommitConflictException e) {
        if (tries == TRIES || !mayGoOn(committer.head())) {
          throw e;
        }
      }
    }
  }

  private void end(RootBuilder next) throws CommitConflictException {
    CompactionStart.requireLive(next, attempt);
    CompactionStart.end(next, attempt);
  }

  private static Map<String, Long> changes(List<Rewritten> done) {
    Map<String, Long> changes = new HashMap<>();
    done.forEach(
        each -> each.liveBytes().forEach((id, more) -> changes.merge(id, more, Long::sum)));
    return changes;
  }

  private TreeTop top(BranchRef branch, Usage usage) throws IOException {
    return new TreeTop(
        before.root(),
        before.positions(),
        Optional.of(branch.file()),
        branch.files(),
        branch.bytes(),
        files.write("usage", UsageCodec.encode(usage)));
  }

  /** Whether a conflict came from the map alone, which the next try takes as it is then. */
  private boolean mayGoOn(Root head) {
    return head.tree().equals(base.tree())
        && head.attempts().stream().anyMatch(live -> live.id().equals(attempt.toString()));
  }

  private static Outcome outcome(Root root, List<Rewritten> done) {
    List<LeafRef> added = done.stream().flatMap(each -> each.added().stream()).toList();
    return new Outcome(
        root.number(),
        added.size(),
        added.stream().mapToLong(LeafRef::storedBytes).sum(),
        done.stream()
            .flatMap(each -> each.segments().stream())
            .mapToLong(SegmentLocation::dataEnd)
            .sum(),
        done.stream().flatMap(each -> each.problems().stream()).toList());
  }
}
