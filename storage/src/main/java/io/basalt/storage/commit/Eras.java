package io.basalt.storage.commit;

/**
 * The numbers of roots fall into eras of {@value #LENGTH}: the tree that is made anew begins one.
 * So its root is above every root that was ever committed, also above those on a drive that was
 * away, and the name of a file tells whether an attempt before it made it.
 */
public final class Eras {
  /** Six centuries of fifty roots a second. */
  private static final long LENGTH = 1_000_000_000_000L;

  private Eras() {}

  /** The era that a root number is in; 0 until the tree is made anew. */
  public static long of(long number) {
    return number / LENGTH;
  }

  /** The first number of the era after the one that a root number is in. */
  public static long next(long number) {
    return (of(number) + 1) * LENGTH;
  }

  /** Whether an attempt that saw one root began before the era of another. */
  public static boolean isBefore(Attempt attempt, long number) {
    return of(attempt.head()) < of(number);
  }
}
