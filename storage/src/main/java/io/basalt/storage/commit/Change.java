package io.basalt.storage.commit;

import io.basalt.storage.root.RootBuilder;

/**
 * One change to the store. It is applied anew to every head that a lost race brings, so it names
 * what it expects of that head and has no side effects.
 */
@FunctionalInterface
public interface Change {
  /**
   * Checks its expectations against {@code next.base()} and edits {@code next}.
   *
   * @throws CommitConflictException if the head no longer says what the change expects
   */
  void apply(RootBuilder next) throws CommitConflictException;

  /** This change and then another, in one root. */
  default Change then(Change other) {
    return next -> {
      apply(next);
      other.apply(next);
    };
  }
}
