package io.basalt.storage.commit;

import io.basalt.storage.root.Root;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One run of one task of a job; its text {@code <head>-<nonce>} is in the name of every file that
 * it makes, so that a file tells whose it is.
 *
 * @param head number of the head when the attempt started
 * @param nonce 16 hexadecimal digits that no other attempt has
 */
public record Attempt(long head, String nonce) {
  private static final Pattern TEXT = Pattern.compile("(\\d{1,18})-([0-9a-f]{16})");
  private static final Pattern FILE =
      Pattern.compile("(?:[a-z]+/)*(?:body-)?" + TEXT.pattern() + "(?:[-.].*)?");

  public Attempt {
    if (head < 0 || !nonce.matches("[0-9a-f]{16}")) {
      throw new IllegalArgumentException("attempt " + head + "-" + nonce);
    }
  }

  /** A new attempt that saw this head. The generator must differ between processes. */
  public static Attempt start(Root head, RandomGenerator random) {
    return new Attempt(head.number(), "%016x".formatted(random.nextLong()));
  }

  public static Attempt parse(String text) {
    return of(TEXT.matcher(text))
        .orElseThrow(() -> new IllegalArgumentException("not an attempt: " + text));
  }

  /** The attempt that made a file, from the file's name on its drive; empty for numbered roots. */
  public static Optional<Attempt> ofFile(String name) {
    return of(FILE.matcher(name));
  }

  private static Optional<Attempt> of(Matcher match) {
    return match.matches()
        ? Optional.of(new Attempt(Long.parseLong(match.group(1)), match.group(2)))
        : Optional.empty();
  }

  @Override
  public String toString() {
    return head + "-" + nonce;
  }
}
