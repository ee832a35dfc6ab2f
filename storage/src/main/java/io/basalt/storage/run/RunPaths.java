package io.basalt.storage.run;

import io.basalt.storage.tree.EventKey;
import java.util.Iterator;

/**
 * The paths of a run, and the directories above them, as a Bloom filter in memory of four bytes for
 * each event: asking a thousand runs for a path costs less than decoding one page of one. All bits
 * of a path lie in one word, so a question touches one cache line. Immutable; safe for several
 * threads.
 */
public final class RunPaths {
  /** Of a hundred paths that a run does not have, less than one is asked for in vain. */
  private static final int BITS_PER_EVENT = 32;

  private static final int BITS_PER_PATH = 6;

  private final long[] words;

  private RunPaths(long[] words) {
    this.words = words;
  }

  /**
   * Takes the paths of these events, which come in order.
   *
   * @param events how many there are
   */
  public static RunPaths of(Iterator<EventKey> keys, long events) {
    RunPaths paths =
        new RunPaths(new long[Math.toIntExact(events * BITS_PER_EVENT / Long.SIZE + 1)]);
    String last = "";
    while (keys.hasNext()) {
      String path = keys.next().path();
      paths.add(path, last);
      last = path;
    }
    return paths;
  }

  /** Directories that the last path is below too are known already. */
  private void add(String path, String last) {
    int common = 0;
    int end = Math.min(path.length(), last.length());
    while (common < end && path.charAt(common) == last.charAt(common)) {
      common++;
    }
    long hash = 0;
    for (int i = 0; i < path.length(); i++) {
      hash = step(hash, path.charAt(i));
      if (path.charAt(i) == '/' && i >= common) {
        put(mix(hash));
      }
    }
    put(mix(hash));
  }

  private void put(long hash) {
    words[word(hash)] |= bits(hash);
  }

  /** Bytes that the paths of so many events take. */
  public static long bytes(long events) {
    return events * BITS_PER_EVENT / Byte.SIZE;
  }

  /**
   * False only if the run has no event of the path.
   *
   * @param path or a directory with a slash at its end, for all paths below it
   */
  public boolean mayHold(String path) {
    long hash = 0;
    for (int i = 0; i < path.length(); i++) {
      hash = step(hash, path.charAt(i));
    }
    long mixed = mix(hash);
    long bits = bits(mixed);
    return (words[word(mixed)] & bits) == bits;
  }

  private int word(long hash) {
    return (int) Long.remainderUnsigned(hash >>> 32, words.length);
  }

  /** The bits of a path in its word, drawn apart from the choice of the word. */
  private static long bits(long hash) {
    long bits = 0;
    long rest = mix(hash);
    for (int i = 0; i < BITS_PER_PATH; i++) {
      bits |= 1L << (rest & (Long.SIZE - 1));
      rest >>>= 6;
    }
    return bits;
  }

  /** A polynomial over the characters; its low bits say little of long paths, hence the mixing. */
  private static long step(long hash, char next) {
    return (hash + next) * 0x9E3779B97F4A7C15L;
  }

  /** The finalizer of SplitMix64. */
  private static long mix(long value) {
    long mixed = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return mixed ^ (mixed >>> 31);
  }
}
