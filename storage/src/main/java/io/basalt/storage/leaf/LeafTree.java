package io.basalt.storage.leaf;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.root.FileRef;
import io.basalt.storage.root.TreeTop;
import io.basalt.storage.tree.ListedState;
import io.basalt.storage.tree.PathRange;
import io.basalt.storage.tree.PathState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * Reads leaves and branches. A path stands in one leaf at most, found by one branch of each level;
 * a range is read leaf by leaf, in order. What was read is kept up to a bound and shared by all
 * roots. Safe for several threads.
 */
public final class LeafTree {
  private static final long KEPT_BYTES = 64L << 20;

  private final MirroredFiles files;
  private final Cache<String, Branch> branches = cache((name, branch) -> 1 << 17);
  private final Cache<String, LeafReader> leaves =
      cache((name, leaf) -> (int) Math.min(Integer.MAX_VALUE, leaf.storedBytes()));

  public LeafTree(MirroredFiles files) {
    this.files = files;
  }

  private static <T> Cache<String, T> cache(
      com.github.benmanes.caffeine.cache.Weigher<String, T> weigher) {
    // Evicts on the caller's thread: a reader starts no threads of its own.
    return Caffeine.newBuilder()
        .maximumWeight(KEPT_BYTES)
        .weigher(weigher)
        .executor(Runnable::run)
        .build();
  }

  /** What the leaves hold of these paths, in order; iterators throw UncheckedIOException. */
  public Iterator<PathState> states(TreeTop top, PathRange paths) throws IOException {
    return new States<>(leaves(top, paths), leaf -> leaf.states(paths));
  }

  /** What a listing shows of them; reads no table of extents. Iterators throw the same. */
  public Iterator<ListedState> listed(TreeTop top, PathRange paths) throws IOException {
    return new States<>(leaves(top, paths), leaf -> leaf.listed(paths));
  }

  /** What leaves hold that follow each other; the iterator throws UncheckedIOException. */
  public Iterator<PathState> states(List<LeafRef> leaves) throws IOException {
    return new States<>(leaves.iterator(), leaf -> leaf.states(PathRange.ALL));
  }

  /** What a listing shows of them; the iterator throws the same. */
  public Iterator<ListedState> listed(List<LeafRef> leaves) throws IOException {
    return new States<>(leaves.iterator(), leaf -> leaf.listed(PathRange.ALL));
  }

  /** The leaves that may hold one of these paths, in order. */
  public Iterator<LeafRef> leaves(TreeTop top, PathRange paths) throws IOException {
    if (top.branch().isEmpty()) {
      return Collections.emptyIterator();
    }
    return new Leaves(branch(top.branch().get()), paths);
  }

  public Branch branch(FileRef file) throws IOException {
    Branch kept = branches.getIfPresent(file.name());
    if (kept == null) {
      kept = BranchCodec.decode(files.read(file), String.join("/", file.drives()), file.name());
      branches.put(file.name(), kept);
    }
    return kept;
  }

  /** A leaf's tables are read when they are needed, each from a mirror that has it intact. */
  LeafReader leaf(LeafRef leaf) {
    String key = leaf.tables().findFirst().map(FileRef::name).orElseThrow();
    LeafReader kept = leaves.getIfPresent(key);
    if (kept == null) {
      kept = new LeafReader(leaf, files::read);
      leaves.put(key, kept);
    }
    return kept;
  }

  /** Walks down and along. */
  private final class Leaves implements Iterator<LeafRef> {
    private final PathRange paths;
    private final Deque<Iterator<Child>> levels = new ArrayDeque<>();
    private LeafRef next;

    private Leaves(Branch top, PathRange paths) throws IOException {
      this.paths = paths;
      levels.push(top.overlapping(paths).iterator());
      advance();
    }

    @Override
    public boolean hasNext() {
      return next != null;
    }

    @Override
    public LeafRef next() {
      if (next == null) {
        throw new NoSuchElementException();
      }
      LeafRef leaf = next;
      try {
        advance();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return leaf;
    }

    private void advance() throws IOException {
      next = null;
      while (next == null && !levels.isEmpty()) {
        if (!levels.peek().hasNext()) {
          levels.pop();
          continue;
        }
        Child child = levels.peek().next();
        if (child instanceof LeafRef leaf) {
          next = leaf;
        } else if (child instanceof BranchRef below) {
          List<Child> children = branch(below.file()).overlapping(paths);
          levels.push(children.iterator());
        }
      }
    }
  }

  /** What some leaves hold, one after the other. */
  private final class States<S> implements Iterator<S> {
    private final Iterator<LeafRef> leaves;
    private final Reading<S> reading;
    private Iterator<S> states = Collections.emptyIterator();

    private States(Iterator<LeafRef> leaves, Reading<S> reading) throws IOException {
      this.leaves = leaves;
      this.reading = reading;
      advance();
    }

    @Override
    public boolean hasNext() {
      return states.hasNext();
    }

    @Override
    public S next() {
      S state = states.next();
      try {
        advance();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return state;
    }

    private void advance() throws IOException {
      while (!states.hasNext() && leaves.hasNext()) {
        states = reading.of(leaf(leaves.next()));
      }
    }
  }

  /** What is wanted of a leaf. */
  @FunctionalInterface
  private interface Reading<S> {
    Iterator<S> of(LeafReader leaf) throws IOException;
  }
}
