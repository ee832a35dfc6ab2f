package io.basalt.storage.migrate;

import io.basalt.storage.commit.Attempt;
import io.basalt.storage.commit.Change;
import io.basalt.storage.commit.CommitConflictException;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.Root.LiveAttempt;
import io.basalt.storage.root.RootBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The attempts of migrations in a root. A migration that has work holds the sealed segments of the
 * SCM drives, so at most one is live: it ends the ones before it, and one that was ended commits
 * nothing more. What they leave behind goes with the sweep.
 */
public final class MigrateAttempts {
  /** The kind of live attempt that a migration makes. */
  public static final String KIND = "migrate";

  private MigrateAttempts() {}

  /**
   * Makes an attempt live and ends the migrations before it. Repeating it changes nothing.
   *
   * <p>Conflicts if one that started later is live.
   */
  static Change begin(Attempt run) {
    return next -> {
      if (isLive(next, run)) {
        return;
      }
      for (LiveAttempt live : next.attempts()) {
        if (live.kind().equals(KIND) && Attempt.parse(live.id()).head() >= run.head()) {
          throw new CommitConflictException(
              "migration %s was overtaken by %s".formatted(run, live.id()));
        }
      }
      List<LiveAttempt> attempts = new ArrayList<>(next.attempts());
      attempts.removeIf(live -> live.kind().equals(KIND));
      attempts.add(new LiveAttempt(run.toString(), KIND));
      next.attempts(attempts);
    };
  }

  /** Ends attempts of a migration that is done; nothing to do if they were ended. */
  static Change end(Set<Attempt> own) {
    return next -> {
      List<LiveAttempt> attempts = new ArrayList<>(next.attempts());
      attempts.removeIf(live -> own.stream().anyMatch(each -> each.toString().equals(live.id())));
      next.attempts(attempts);
    };
  }

  /** Makes the committer's attempt live beside that of its run, which must be. */
  static void join(RootBuilder next, Attempt run, Attempt committer)
      throws CommitConflictException {
    if (!isLive(next, run)) {
      throw new CommitConflictException("migration " + run + " was ended by another");
    }
    if (!isLive(next, committer)) {
      List<LiveAttempt> attempts = new ArrayList<>(next.attempts());
      attempts.add(new LiveAttempt(committer.toString(), KIND));
      next.attempts(attempts);
    }
  }

  private static boolean isLive(RootBuilder next, Attempt attempt) {
    return isLive(next.attempts(), attempt);
  }

  /** Whether a migration is at work, or died. */
  static boolean anyLive(Root head) {
    return head.attempts().stream().anyMatch(live -> live.kind().equals(KIND));
  }

  static boolean isLive(List<LiveAttempt> attempts, Attempt attempt) {
    return attempts.stream().anyMatch(live -> live.id().equals(attempt.toString()));
  }
}
