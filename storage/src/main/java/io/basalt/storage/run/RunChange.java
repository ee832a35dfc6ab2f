package io.basalt.storage.run;

import io.basalt.storage.commit.Attempt;
import io.basalt.storage.commit.Change;
import io.basalt.storage.commit.CommitConflictException;
import io.basalt.storage.location.LocationMapWriter;
import io.basalt.storage.root.FileRef;
import io.basalt.storage.root.RootBuilder;
import io.basalt.storage.root.RunRef;
import io.basalt.storage.root.Tail;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Puts a run in place of the tails that it was made of, and these segments into the location map.
 * Expects those very tails, the map files that were merged, and its attempt to be live.
 *
 * @param attempt maker of the files, which are safe from the sweep while it is live
 * @param run empty if the tails hold no event that leaves do not cover
 */
public record RunChange(
    Attempt attempt, List<Tail> tails, Optional<RunRef> run, LocationMapWriter.Written map)
    implements Change {
  public RunChange {
    tails = List.copyOf(tails);
  }

  /** The files that count once the change is committed: the run and its part of the map. */
  public List<FileRef> made() {
    return Stream.concat(run.map(RunRef::file).stream(), map.file().stream()).toList();
  }

  @Override
  public void apply(RootBuilder next) throws CommitConflictException {
    String id = attempt.toString();
    if (next.attempts().stream().noneMatch(live -> live.id().equals(id))) {
      throw new CommitConflictException("attempt " + id + " was ended: leave its run to the sweep");
    }
    List<Tail> left = new ArrayList<>(next.tails());
    for (Tail tail : tails) {
      if (!left.remove(tail)) {
        throw new CommitConflictException(
            "segment " + tail.location().segment() + " is no longer the tail a run was made of");
      }
    }
    map.apply(next);
    next.tails(left);
    run.ifPresent(
        made -> {
          List<RunRef> runs = new ArrayList<>(next.runs());
          runs.add(made);
          next.runs(runs);
        });
  }
}
