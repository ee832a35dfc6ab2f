package io.basalt.storage.verify;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.basalt.storage.compact.Usage;
import io.basalt.storage.compact.UsageCodec;
import io.basalt.storage.leaf.Branch;
import io.basalt.storage.leaf.BranchCodec;
import io.basalt.storage.leaf.BranchRef;
import io.basalt.storage.leaf.Child;
import io.basalt.storage.leaf.LeafReader;
import io.basalt.storage.leaf.LeafRef;
import io.basalt.storage.root.FileRef;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.TreeTop;
import io.basalt.storage.tree.FileState;
import io.basalt.storage.tree.PathOrder;
import io.basalt.storage.tree.PathRange;
import io.basalt.storage.tree.PathState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Branches and leaves: every copy is intact, each is what its parent says of it, and all paths
 * ascend. What several roots share is checked once. Remembers of each file whether it is intact, of
 * each leaf what branches say of it, and leaves themselves only as far as a bound goes.
 */
final class LeafCheck {
  /** At most so many reads lead from a root to a path. */
  private static final int HOPS = 7;

  /** Leaves that several roots fold onto, or the next one does, are read again beyond it. */
  private static final long KEPT_BYTES = 64L << 20;

  private final Copies copies;
  private final Findings findings;

  /** Whether a branch or usage that was checked has an intact copy, from which it is read again. */
  private final Map<FileRef, Boolean> intact = new HashMap<>();

  /** Whether a leaf that was checked has an intact copy of each table. */
  private final Map<LeafRef, Boolean> leaves = new HashMap<>();

  private final Cache<LeafRef, LeafReader> kept =
      Caffeine.newBuilder()
          .maximumWeight(KEPT_BYTES)
          .weigher((LeafRef leaf, LeafReader reader) -> (int) leaf.storedBytes())
          .executor(Runnable::run)
          .build();
  private final Set<FileRef> files = new HashSet<>();
  private boolean whole = true;

  LeafCheck(Copies copies, Findings findings) {
    this.copies = copies;
    this.findings = findings;
  }

  /** Whether all branches and leaves that were asked for so far could be read. */
  boolean isWhole() {
    return whole;
  }

  Set<FileRef> files() {
    return files;
  }

  /** The names of the branches and of the leaves' tables of a root that was checked. */
  Set<String> names(Root root) {
    Set<String> names = new HashSet<>();
    root.tree().flatMap(TreeTop::branch).ifPresent(top -> names(top, names));
    return names;
  }

  private void names(FileRef file, Set<String> names) {
    names.add(file.name());
    for (Child child : branch(file).map(Branch::children).orElse(List.of())) {
      if (child instanceof LeafRef leaf) {
        leaf.tables().map(FileRef::name).forEach(names::add);
      } else if (child instanceof BranchRef below) {
        names(below.file(), names);
      }
    }
  }

  /** Checks a root's branches and returns the leaves that they name, in order. */
  List<LeafRef> check(Root root) {
    if (root.tree().isEmpty()) {
      return List.of();
    }
    TreeTop top = root.tree().get();
    if (!intact.containsKey(top.usage())) {
      boolean ignored = read(top.usage(), UsageCodec::decode).isPresent();
    }
    List<LeafRef> found = new ArrayList<>();
    top.branch().ifPresent(branch -> collect(branch, 2, found));
    long held = found.stream().mapToLong(LeafRef::files).sum();
    long bytes = found.stream().mapToLong(LeafRef::bytes).sum();
    if (held != top.files() || bytes != top.bytes()) {
      problem(
          RootCheck.fileName(root.number()),
          "root %d says %d files of %d bytes, its leaves hold %d of %d"
              .formatted(root.number(), top.files(), top.bytes(), held, bytes));
    }
    for (int i = 1; i < found.size(); i++) {
      if (PathOrder.INSTANCE.compare(found.get(i - 1).maxPath(), found.get(i).minPath()) >= 0) {
        problem("", "leaves overlap at " + found.get(i).minPath());
      }
    }
    return found;
  }

  /** Checks leaves as it comes to them, and gives what they hold, in order. */
  Iterator<PathState> states(List<LeafRef> some) {
    return new States(some.iterator());
  }

  /** What is said of the segments of a root that was checked; empty if it cannot be read. */
  Optional<Usage> usage(Root root) {
    return root.tree().map(TreeTop::usage).flatMap(file -> read(file, UsageCodec::decode));
  }

  private void collect(FileRef file, int hops, List<LeafRef> found) {
    if (hops == HOPS) {
      problem(file.name(), "is more than " + HOPS + " reads away from the root");
    }
    Optional<Branch> branch = branch(file);
    if (branch.isEmpty()) {
      whole = false;
      return;
    }
    for (Child child : branch.get().children()) {
      if (child instanceof LeafRef leaf) {
        found.add(leaf);
      } else if (child instanceof BranchRef below) {
        int first = found.size();
        collect(below.file(), hops + 1, found);
        requireSaid(below, found.subList(first, found.size()));
      }
    }
  }

  private void requireSaid(BranchRef branch, List<LeafRef> leaves) {
    if (leaves.isEmpty()
        || !leaves.get(0).minPath().equals(branch.minPath())
        || !leaves.get(leaves.size() - 1).maxPath().equals(branch.maxPath())
        || leaves.stream().mapToLong(LeafRef::files).sum() != branch.files()
        || leaves.stream().mapToLong(LeafRef::bytes).sum() != branch.bytes()) {
      problem(branch.file().name(), "is not what its parent says of it");
    }
  }

  private Optional<Branch> branch(FileRef file) {
    findings.count("branches", intact.containsKey(file) ? 0 : 1);
    return read(file, BranchCodec::decode);
  }

  /** Decodes a file; the names are for the error's sentence. */
  @FunctionalInterface
  private interface Decoding<T> {
    T of(ByteBuffer bytes, String drives, String file) throws IOException;
  }

  /** The first time from all drives; empty if no copy is intact, which is a problem already. */
  private <T> Optional<T> read(FileRef file, Decoding<T> decoding) {
    if (intact.containsKey(file)) {
      return intact.get(file) ? again(file, decoding) : Optional.empty();
    }
    files.add(file);
    Optional<T> first =
        copies.check(Problem.Kind.TREE, file).flatMap(bytes -> decoded(file, bytes, decoding));
    intact.put(file, first.isPresent());
    return first;
  }

  /** A file that was checked; if it cannot be read by now, that is a problem. */
  private <T> Optional<T> again(FileRef file, Decoding<T> decoding) {
    try {
      return decoded(file, copies.again(file), decoding);
    } catch (IOException lost) {
      problem(file.name(), Copies.why(lost));
      return Optional.empty();
    }
  }

  private <T> Optional<T> decoded(FileRef file, ByteBuffer bytes, Decoding<T> decoding) {
    try {
      return Optional.of(decoding.of(bytes, String.join("/", file.drives()), file.name()));
    } catch (IOException | IllegalArgumentException e) {
      problem(file.name(), e.getMessage());
      return Optional.empty();
    }
  }

  /** Empty if a table is damaged on all drives, which is a problem already. */
  private Optional<LeafReader> leaf(LeafRef leaf) {
    LeafReader known = kept.getIfPresent(leaf);
    if (known != null) {
      return Optional.of(known);
    }
    Optional<LeafReader> reader =
        !leaves.containsKey(leaf)
            ? checked(leaf)
            : leaves.get(leaf)
                ? Optional.of(new LeafReader(leaf, copies::again))
                : Optional.empty();
    leaves.put(leaf, reader.isPresent());
    reader.ifPresent(read -> kept.put(leaf, read));
    whole &= reader.isPresent();
    return reader;
  }

  private Optional<LeafReader> checked(LeafRef leaf) {
    findings.count("leaves", 1);
    Map<String, ByteBuffer> tables = new HashMap<>();
    leaf.tables()
        .forEach(
            table -> {
              files.add(table);
              copies
                  .check(Problem.Kind.TREE, table)
                  .ifPresent(bytes -> tables.put(table.name(), bytes));
            });
    if (tables.size() != leaf.tables().count()) {
      return Optional.empty();
    }
    LeafReader reader = new LeafReader(leaf, table -> tables.get(table.name()));
    requireSaid(leaf, reader);
    return Optional.of(reader);
  }

  private void requireSaid(LeafRef leaf, LeafReader reader) {
    long paths = 0;
    long held = 0;
    long extents = 0;
    long parts = 0;
    long bytes = 0;
    String last = "";
    LeafReader.FilterProof filters = filterProof(reader);
    for (Iterator<PathState> states = states(reader); states.hasNext(); paths++) {
      PathState state = states.next();
      if (PathOrder.INSTANCE.compare(last, state.path()) >= 0
          || (paths == 0 && !state.path().equals(leaf.minPath()))) {
        problem("", "the leaf from %s has %s after %s".formatted(leaf.minPath(), state, last));
      }
      filters
          .denied(state)
          .ifPresent(
              denied ->
                  problem(
                      "",
                      "the Bloom filters of the leaf from %s deny %s, which it holds"
                          .formatted(leaf.minPath(), denied)));
      last = state.path();
      held += state.file().isPresent() ? 1 : 0;
      extents += state.file().map(file -> file.extents().size()).orElse(0);
      bytes += state.file().map(FileState::size).orElse(0L);
      parts += state.parts().size();
    }
    if (!last.equals(leaf.maxPath())
        || held != leaf.files()
        || extents != leaf.extents()
        || parts != leaf.parts()
        || bytes != leaf.bytes()) {
      problem(
          "",
          "the leaf from %s holds %d files with %d extents and %d bytes, and %d parts, up to %s: not what its branch says"
              .formatted(leaf.minPath(), held, extents, bytes, parts, last));
    }
  }

  private static LeafReader.FilterProof filterProof(LeafReader reader) {
    try {
      return reader.filterProof();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Iterator<PathState> states(LeafReader reader) {
    try {
      return reader.states(PathRange.ALL);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void problem(String file, String what) {
    findings.problem(Problem.Kind.TREE, "", file, what);
  }

  /** All paths of some leaves; those that cannot be read are problems already. */
  private final class States implements Iterator<PathState> {
    private final Iterator<LeafRef> rest;
    private Iterator<PathState> states = Collections.emptyIterator();

    private States(Iterator<LeafRef> rest) {
      this.rest = rest;
    }

    @Override
    public boolean hasNext() {
      while (!states.hasNext() && rest.hasNext()) {
        states = leaf(rest.next()).map(LeafCheck::states).orElseGet(Collections::emptyIterator);
      }
      return states.hasNext();
    }

    @Override
    public PathState next() {
      return states.next();
    }
  }
}
