package io.basalt.storage.commit;

import io.basalt.storage.root.FileRef;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.Root.KeptRoot;
import io.basalt.storage.root.Root.LiveAttempt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What holds between any root and the one before it, whatever the change. It is what makes deleting
 * safe: what has ended stays ended, and what is no longer listed is never listed again.
 */
final class Succession {
  private Succession() {}

  /**
   * @throws CommitConflictException if an attempt that has ended wants to commit or to be referred
   *     to
   * @throws IllegalStateException if the change broke a rule that no other head would mend
   */
  static void check(Root base, Root next, Attempt committer) throws CommitConflictException {
    requireNotEnded(base, committer, "commit");
    for (LiveAttempt attempt : next.attempts()) {
      requireNotEnded(base, Attempt.parse(attempt.id()), "be live");
    }
    Set<String> known = Stream.concat(files(base), copy(base)).collect(Collectors.toSet());
    for (String file :
        Stream.concat(files(next), copy(next)).filter(f -> !known.contains(f)).toList()) {
      Attempt owner =
          Attempt.ofFile(file)
              .orElseThrow(() -> new IllegalStateException("no attempt made " + file));
      requireNotEnded(base, owner, "add " + file);
    }
    requireLists(base, next);
  }

  /** Whether an attempt has ended: final, and known to whoever holds the root. */
  static boolean hasEnded(Root root, Attempt attempt) {
    return attempt.head() < root.floor()
        && root.attempts().stream().noneMatch(live -> live.id().equals(attempt.toString()));
  }

  private static void requireNotEnded(Root base, Attempt attempt, String what)
      throws CommitConflictException {
    if (hasEnded(base, attempt)) {
      throw new CommitConflictException(
          "attempt %s has ended (floor %d of root %d) and cannot %s: start a new one"
              .formatted(attempt, base.floor(), base.number(), what));
    }
  }

  private static void requireLists(Root base, Root next) {
    Set<Long> could = numbers(base);
    could.add(base.number());
    Set<Long> kept = numbers(next);
    if (!could.containsAll(kept)) {
      throw new IllegalStateException(
          "root %d keeps roots that root %d no longer keeps"
              .formatted(next.number(), base.number()));
    }
    if (!kept.containsAll(next.held())) {
      throw new IllegalStateException(
          "root " + next.number() + " pins or tags a root that it drops");
    }
    if (next.floor() > base.number()) {
      throw new IllegalStateException(
          "floor %d is above the head %d".formatted(next.floor(), base.number()));
    }
  }

  private static Set<Long> numbers(Root root) {
    return root.kept().stream().map(KeptRoot::number).collect(Collectors.toSet());
  }

  private static Stream<String> copy(Root root) {
    return root.copy().map(copy -> copy.file().name()).stream();
  }

  /**
   * All files that a root refers to by itself, for as long as it is kept: all but the metadata
   * copy, which is the head's alone. The location map's segments are older tails or, like what a
   * branch refers to, made by the attempt of the change or there before.
   */
  static Stream<String> files(Root root) {
    return Stream.of(
            root.tails().stream().map(tail -> tail.location().fileName()),
            root.runs().stream().map(run -> run.file().name()),
            root.tree().stream()
                .flatMap(top -> Stream.concat(top.branch().stream(), Stream.of(top.usage())))
                .map(FileRef::name),
            root.locationMap().stream().map(FileRef::name))
        .flatMap(names -> names);
  }
}
