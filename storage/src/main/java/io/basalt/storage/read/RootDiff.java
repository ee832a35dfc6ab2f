package io.basalt.storage.read;

import io.basalt.storage.tree.ListedFile;
import io.basalt.storage.tree.PathOrder;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What became of files from one root to another. Both roots are read side by side, and of their
 * leaves those alone that one of them does not have, or of which a path changed since leaves were
 * made. A file is the same as long as no event changes it, wherever its bytes stand by then.
 */
public final class RootDiff {
  private final StoreReader before;
  private final StoreReader after;

  public RootDiff(StoreReader before, StoreReader after) {
    this.before = before;
    this.after = after;
  }

  /** A path whose file is not the same in both roots: at least one is there. */
  public record Entry(String path, Optional<ListedFile> before, Optional<ListedFile> after) {
    public Kind kind() {
      if (before.isEmpty()) {
        return Kind.ADDED;
      }
      return after.isEmpty() ? Kind.REMOVED : Kind.CHANGED;
    }
  }

  /** What became of a file. */
  public enum Kind {
    ADDED,
    CHANGED,
    REMOVED
  }

  /** The differences, by path. Lazy; what fails while it is consumed is an UncheckedIOException. */
  public Stream<Entry> entries() throws IOException {
    ChosenLeaves old = new ChosenLeaves(before);
    ChosenLeaves now = new ChosenLeaves(after);
    old.chooseAllBut(now);
    now.chooseAllBut(old);
    for (StoreReader reader : List.of(before, after)) {
      reader.changed(level -> choose(level, old.new ByPath(), now.new ByPath()));
    }
    return StoreReader.stream(new Entries(before.listed(old.toList()), after.listed(now.toList())));
  }

  private static void choose(
      Iterator<String> level, ChosenLeaves.ByPath old, ChosenLeaves.ByPath now) {
    while (level.hasNext()) {
      String path = level.next();
      old.choose(path);
      now.choose(path);
    }
  }

  /** Goes through the files of both roots, each by path. */
  private static final class Entries implements Iterator<Entry> {
    private final Iterator<ListedFile> before;
    private final Iterator<ListedFile> after;
    private ListedFile old;
    private ListedFile now;
    private Entry next;

    private Entries(Iterator<ListedFile> before, Iterator<ListedFile> after) {
      this.before = before;
      this.after = after;
      this.old = next(before);
      this.now = next(after);
      advance();
    }

    private static ListedFile next(Iterator<ListedFile> files) {
      return files.hasNext() ? files.next() : null;
    }

    private void advance() {
      next = null;
      while (next == null && (old != null || now != null)) {
        next = differing();
      }
    }

    /** Takes the next path; null if its file is the same. */
    private Entry differing() {
      int order = order();
      Optional<ListedFile> was = order <= 0 ? Optional.of(old) : Optional.empty();
      Optional<ListedFile> is = order >= 0 ? Optional.of(now) : Optional.empty();
      old = order <= 0 ? next(before) : old;
      now = order >= 0 ? next(after) : now;
      return was.equals(is) ? null : new Entry(was.or(() -> is).orElseThrow().path(), was, is);
    }

    private int order() {
      if (old == null || now == null) {
        return old == null ? 1 : -1;
      }
      return PathOrder.INSTANCE.compare(old.path(), now.path());
    }

    @Override
    public boolean hasNext() {
      return next != null;
    }

    @Override
    public Entry next() {
      if (next == null) {
        throw new NoSuchElementException();
      }
      Entry entry = next;
      advance();
      return entry;
    }
  }
}
