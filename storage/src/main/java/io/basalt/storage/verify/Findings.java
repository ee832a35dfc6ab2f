package io.basalt.storage.verify;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Counts and problems as they are found. Of a store that is wrong everywhere only so many problems
 * are named. Safe for several threads.
 */
final class Findings {
  /** Problems that are named; the others are counted. */
  static final int MOST_NAMED = 100_000;

  private static final String UNNAMED = "problems that are not named";

  private final Map<String, Long> checked = new LinkedHashMap<>();
  private final Set<Problem> problems = new LinkedHashSet<>();
  private final Set<DamagedCopy> damaged = new LinkedHashSet<>();
  private final Watcher watcher;

  Findings(Watcher watcher) {
    this.watcher = watcher;
  }

  synchronized void count(String kind, long more) {
    checked.merge(kind, more, Long::sum);
    switch (kind) {
      case "bytes" -> watcher.read(more, 0);
      case "files" -> watcher.read(0, more);
      default -> {}
    }
  }

  synchronized void problem(Problem.Kind kind, String drive, String file, String what) {
    note(new Problem(kind, drive, file, what));
  }

  private void note(Problem problem) {
    if (problems.size() < MOST_NAMED) {
      problems.add(problem);
    } else if (!problems.contains(problem)) {
      checked.merge(UNNAMED, 1L, Long::sum);
    }
  }

  synchronized boolean hasProblems() {
    return !problems.isEmpty();
  }

  /** Takes over what was found apart. */
  synchronized void add(Findings apart) {
    apart.checked.forEach(this::count);
    apart.problems.forEach(this::note);
    damaged.addAll(apart.damaged);
  }

  /**
   * Forgets all problems but these, and the damaged copies that were such; none where there are
   * more than are named.
   */
  synchronized void retain(Predicate<Problem> stands) {
    if (checked.containsKey(UNNAMED)) {
      return;
    }
    problems.removeIf(stands.negate());
    damaged.removeIf(
        copy ->
            problems.stream()
                .noneMatch(
                    problem ->
                        problem.drive().equals(copy.drive())
                            && problem.file().equals(copy.file().name())));
  }

  synchronized List<Problem> problems() {
    return List.copyOf(problems);
  }

  synchronized void damaged(DamagedCopy copy) {
    damaged.add(copy);
  }

  synchronized VerifyReport report() {
    List<Problem> all = new ArrayList<>(problems);
    return new VerifyReport(all.isEmpty(), checked, all, List.copyOf(damaged));
  }
}
