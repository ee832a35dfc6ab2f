package io.basalt.storage.compact;

import io.basalt.storage.commit.Attempt;
import io.basalt.storage.commit.Change;
import io.basalt.storage.commit.CommitConflictException;
import io.basalt.storage.compact.Usage.Span;
import io.basalt.storage.location.LocationMapWriter;
import io.basalt.storage.root.CopyRef;
import io.basalt.storage.root.RootBuilder;
import io.basalt.storage.root.Tail;
import io.basalt.storage.root.TreeTop;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Ends a compaction whose leaves are committed: names their metadata copy and takes dead segments
 * out of the location map. Expects these leaves, the map files that were rewritten, its attempt to
 * be live, and no root nor metadata copy that needs a dead segment.
 *
 * @param before the leaves, with the usage that counts what is freed
 * @param after the same leaves, with the usage that does not
 * @param map empty if no segment is dead
 * @param dead freed segments and the roots that might have needed them
 * @param copy of the leaves; empty if none could be made, then the one before stays
 */
record FreeChange(
    Attempt attempt,
    TreeTop before,
    TreeTop after,
    Optional<LocationMapWriter.Written> map,
    Map<String, Span> dead,
    Optional<CopyRef> copy)
    implements Change {
  FreeChange {
    dead = Map.copyOf(dead);
  }

  @Override
  public void apply(RootBuilder next) throws CommitConflictException {
    CompactionStart.requireLive(next, attempt);
    if (!next.tree().equals(Optional.of(before))) {
      throw new CommitConflictException("the leaves are no longer those that were copied");
    }
    if (copy.isPresent()) {
      next.copy(copy);
    }
    requireDead(next);
    if (map.isPresent()) {
      map.get().apply(next);
    }
    next.tree(Optional.of(after));
    CompactionStart.end(next, attempt);
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
      if (!Accounts.isCopied(each.getValue(), next.copy())) {
        throw new CommitConflictException(
            "segment " + each.getKey() + " is needed by the metadata copy: plan anew");
      }
    }
  }
}
