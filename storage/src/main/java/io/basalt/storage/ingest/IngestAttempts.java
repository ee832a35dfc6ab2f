package io.basalt.storage.ingest;

import io.basalt.storage.commit.Change;
import io.basalt.storage.root.Root;

/**
 * The attempts of ingest in a root. They stay live when an ingest dies or its cluster forgets it,
 * until the next one ends them; so a root with any says that ingest is wanted.
 */
public final class IngestAttempts {
  private IngestAttempts() {}

  /** Whether ingest was started, and not stopped since. */
  public static boolean anyLive(Root head) {
    return head.attempts().stream().anyMatch(live -> live.kind().equals(IngestChange.KIND));
  }

  /**
   * Ends all of them: ingest is not wanted any more. Their tails stay as they are until the first
   * commit of the next ingest seals them.
   */
  public static Change end() {
    return next ->
        next.attempts(
            next.attempts().stream()
                .filter(live -> !live.kind().equals(IngestChange.KIND))
                .toList());
  }
}
