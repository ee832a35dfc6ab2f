package io.basalt.storage.commit;

import io.basalt.storage.root.Root;
import io.basalt.storage.root.Root.KeptRoot;
import io.basalt.storage.root.Root.Tag;
import java.io.IOException;
import java.io.Serializable;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Comparator;

/** Which root a reader wants: the head, or one that the head keeps. */
public sealed interface Moment extends Serializable {
  Moment HEAD = new Head();

  /**
   * The number of the root that is wanted.
   *
   * @throws IOException in one sentence, if the head keeps no such root
   */
  long in(Root head) throws IOException;

  /** A root by its number; 0 is the head. */
  static Moment number(long number) {
    return number == 0 ? HEAD : new Numbered(number);
  }

  /**
   * A root by its number or by its tag.
   *
   * @throws IllegalArgumentException in one sentence, if the text is neither
   */
  static Moment root(String text) {
    if (text.matches("\\d{1,18}")) {
      return new Numbered(Long.parseLong(text));
    }
    return new Tagged(Tags.check(text));
  }

  /**
   * The newest root of a time or before it.
   *
   * @param text ISO-8601
   * @throws IllegalArgumentException in one sentence, if it is no time
   */
  static Moment asOf(String text) {
    try {
      return new AsOf(Instant.parse(text));
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a time such as 2026-01-31T12:00:00Z", e);
    }
  }

  /** The newest root. */
  record Head() implements Moment {
    @Override
    public long in(Root head) {
      return head.number();
    }
  }

  /** A root by its number. */
  record Numbered(long number) implements Moment {
    @Override
    public long in(Root head) throws IOException {
      if (!head.lists(number)) {
        throw new IOException("root %d is not kept: choose one of basalt roots".formatted(number));
      }
      return number;
    }
  }

  /** A root by its tag. */
  record Tagged(String tag) implements Moment {
    @Override
    public long in(Root head) throws IOException {
      return head.tags().stream()
          .filter(each -> each.name().equals(tag))
          .mapToLong(Tag::number)
          .findFirst()
          .orElseThrow(
              () -> new IOException("there is no tag " + tag + ": basalt roots lists the tags"));
    }
  }

  /** The newest root that was committed at a time or before it. */
  record AsOf(Instant time) implements Moment {
    @Override
    public long in(Root head) throws IOException {
      long millis = time.toEpochMilli();
      if (head.at() <= millis) {
        return head.number();
      }
      return head.kept().stream()
          .filter(kept -> kept.at() <= millis)
          .max(Comparator.comparingLong(KeptRoot::number))
          .map(KeptRoot::number)
          .orElseThrow(() -> new IOException(tooOld(head)));
    }

    private String tooOld(Root head) {
      KeptRoot oldest =
          head.kept().stream()
              .min(Comparator.comparingLong(KeptRoot::number))
              .orElse(new KeptRoot(head.number(), head.at()));
      return "no root is kept from %s or before: the oldest is root %d of %s"
          .formatted(time, oldest.number(), Instant.ofEpochMilli(oldest.at()));
    }
  }
}
