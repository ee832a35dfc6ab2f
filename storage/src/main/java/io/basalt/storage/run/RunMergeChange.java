package io.basalt.storage.run;

import io.basalt.storage.commit.Attempt;
import io.basalt.storage.commit.Change;
import io.basalt.storage.commit.CommitConflictException;
import io.basalt.storage.root.Root.Pin;
import io.basalt.storage.root.RootBuilder;
import io.basalt.storage.root.RunRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Puts one run in place of several, where the first of them stood. Expects these runs, its attempt
 * to be live, and no pin on another root than those that were looked at: a compaction expects the
 * runs of the root that it pins.
 *
 * @param attempt maker of the file, which is safe from the sweep while it is live
 * @param run empty if leaves cover all events of the merged runs
 * @param pinned numbers of the pinned roots, none of which names a merged run
 */
public record RunMergeChange(
    Attempt attempt, List<RunRef> merged, Optional<RunRef> run, Set<Long> pinned)
    implements Change {
  public RunMergeChange {
    merged = List.copyOf(merged);
    pinned = Set.copyOf(pinned);
  }

  @Override
  public void apply(RootBuilder next) throws CommitConflictException {
    String id = attempt.toString();
    if (next.attempts().stream().noneMatch(live -> live.id().equals(id))) {
      throw new CommitConflictException("attempt " + id + " was ended: leave its run to the sweep");
    }
    if (!next.pins().stream().map(Pin::number).allMatch(pinned::contains)) {
      throw new CommitConflictException(
          "another root was pinned while runs were merged: look again");
    }
    List<RunRef> runs = new ArrayList<>(next.runs());
    int first = runs.indexOf(merged.get(0));
    if (!runs.removeAll(merged) || next.runs().size() - runs.size() != merged.size()) {
      throw new CommitConflictException("a run that was merged is no longer in the root");
    }
    run.ifPresent(made -> runs.add(first, made));
    next.runs(runs);
  }
}
