package io.basalt.storage.commit;

import io.basalt.storage.root.Root.Tag;
import io.basalt.storage.root.RootBuilder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Names that keep roots for as long as they exist: the changes that set and remove one. */
public final class Tags {
  /** A root lists all tags, and must stay small. */
  static final int AT_MOST = 128;

  private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9._-]{0,63}");

  private Tags() {}

  /**
   * Checks a name; no name is a number.
   *
   * @throws IllegalArgumentException in one sentence
   */
  public static String check(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "a tag is a letter and up to 63 letters, digits, '.', '_' or '-', and not '"
              + name
              + "'");
    }
    return name;
  }

  /**
   * Tags the head or a root that it keeps; saying it again changes nothing. Conflicts if the root
   * was dropped meanwhile, or the name stands for another.
   */
  public static Change tag(String name, long number) {
    Tag tag = new Tag(check(name), number);
    return next -> {
      Optional<Tag> before = find(next, name);
      if (before.isPresent() && before.get().number() != number) {
        throw new CommitConflictException(
            "tag %s stands for root %d: remove it first with basalt untag %s"
                .formatted(name, before.get().number(), name));
      }
      if (next.kept().stream().noneMatch(kept -> kept.number() == number)) {
        throw new CommitConflictException(
            "root %d is not kept any more: choose one of basalt roots".formatted(number));
      }
      if (before.isEmpty() && next.tags().size() >= AT_MOST) {
        throw new CommitConflictException(
            "the store has %d tags, as many as it may have: remove one with basalt untag"
                .formatted(AT_MOST));
      }
      List<Tag> tags = new ArrayList<>(without(next, name));
      tags.add(tag);
      tags.sort(Comparator.comparing(Tag::name));
      next.tags(tags);
    };
  }

  /** Removes a tag; its root then stays as long as the retention says. Conflicts without it. */
  public static Change untag(String name) {
    return next -> {
      if (find(next, name).isEmpty()) {
        throw new CommitConflictException(
            "there is no tag " + name + ": basalt roots lists the tags");
      }
      next.tags(without(next, name));
    };
  }

  private static Optional<Tag> find(RootBuilder next, String name) {
    return next.tags().stream().filter(tag -> tag.name().equals(name)).findFirst();
  }

  private static List<Tag> without(RootBuilder next, String name) {
    return next.tags().stream().filter(tag -> !tag.name().equals(name)).toList();
  }
}
