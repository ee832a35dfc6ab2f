package io.basalt.storage.compact;

import io.basalt.storage.commit.Attempt;
import io.basalt.storage.commit.Change;
import io.basalt.storage.commit.CommitConflictException;
import io.basalt.storage.compact.Usage.Span;
import io.basalt.storage.location.LocationMapWriter;
import io.basalt.storage.root.CopyRef;
import io.basalt.storage.root.PartitionOffset;
import io.basalt.storage.root.RootBuilder;
import io.basalt.storage.root.RunRef;
import io.basalt.storage.root.Tail;
import io.basalt.storage.root.TreeTop;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Puts new leaves in place of those of a root and of its runs, and takes dead segments out of the
 * location map. Expects the leaves and the runs that were merged, the map files that were
 * rewritten, its attempt to be live, no root nor metadata copy that needs a dead segment, and no
 * publish of a dropped upload. What ingest and migrate added meanwhile stays: runs and tails since
 * the root, and segments where they are by now.
 *
 * @param before the leaves that were merged
 * @param merged the runs that stand in the new leaves
 * @param map empty if no segment is dead
 * @param dead freed segments and the roots that might have needed them
 * @param copy of the new leaves; empty if none could be made, then the one before stays
 * @param dropped an upload without a part since one of these may not be in the new leaves
 */
record CompactChange(
    Attempt attempt,
    Optional<TreeTop> before,
    TreeTop after,
    List<RunRef> merged,
    Optional<LocationMapWriter.Written> map,
    Map<String, Span> dead,
    Optional<CopyRef> copy,
    List<PartitionOffset> dropped)
    implements Change {
  CompactChange {
    merged = List.copyOf(merged);
    dead = Map.copyOf(dead);
    dropped = List.copyOf(dropped);
  }

  @Override
  public void apply(RootBuilder next) throws CommitConflictException {
    CompactionStart.requireLive(next, attempt);
    if (!next.tree().equals(before)) {
      throw new CommitConflictException("the leaves are no longer those that were merged");
    }
    if (copy.isPresent()) {
      next.copy(copy);
    }
    requireDead(next);
    requireNotPublished(next);
    List<RunRef> runs = new ArrayList<>(next.runs());
    if (!runs.containsAll(merged)) {
      throw new CommitConflictException("a run that was merged is no longer in the root");
    }
    runs.removeAll(new HashSet<>(merged));
    next.runs(runs);
    if (map.isPresent()) {
      map.get().apply(next);
    }
    next.tree(Optional.of(after));
    if (!dropped.isEmpty()) {
      next.uploads(next.uploads().dropped(next.base().number(), dropped));
    }
    CompactionStart.end(next, attempt);
  }

  /** A publish that was committed since the start stands above the leaves and needs its parts. */
  private void requireNotPublished(RootBuilder next) throws CommitConflictException {
    Optional<PartitionOffset> published = next.uploads().publishedBelow(dropped);
    if (published.isPresent()) {
      throw new CommitConflictException(
          "an upload begun at %s was published while it was to be dropped: compact anew"
              .formatted(published.get()));
    }
  }

  private void requireDead(RootBuilder next) throws CommitConflictException {
    Set<String> tails = new HashSet<>();
    next.tails().stream().map(Tail::location).forEach(at -> tails.add(at.segment()));
    for (Map.Entry<String, Span> each : dead.entrySet()) {
      if (tails.contains(each.getKey())
          || next.kept().stream().anyMatch(kept -> each.getValue().holds(kept.number()))) {
        throw new CommitConflictException(
            "segment " + each.getKey() + " is needed by a root: plan anew");
      }
      if (!Accounts.isCopied(each.getValue(), next.drives(), next.copy())) {
        throw new CommitConflictException(
            "segment " + each.getKey() + " is needed by the metadata copy: plan anew");
      }
    }
  }
}
