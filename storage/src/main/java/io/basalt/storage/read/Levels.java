package io.basalt.storage.read;

import io.basalt.storage.leaf.LeafRef;
import io.basalt.storage.leaf.LeafTree;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.TreeTop;
import io.basalt.storage.segment.SegmentReader;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.FoldedPaths;
import io.basalt.storage.tree.ListedState;
import io.basalt.storage.tree.PathRange;
import io.basalt.storage.tree.PathState;
import java.io.IOException;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The levels of one root's tree: its leaves, and what happened since. Each is read when it is first
 * needed. Safe for several threads.
 */
final class Levels {
  private final Optional<TreeTop> top;
  private final LeafTree leaves;
  private final RecentEvents recent;

  Levels(Root root, Locations locations, MirroredFiles files, SegmentReader segments) {
    this.top = root.tree();
    this.leaves = new LeafTree(files);
    this.recent = new RecentEvents(root, locations, files, segments);
  }

  /** The paths of a range in order, each with what all its events come to. */
  FoldedPaths<PathState> states(PathRange paths) throws IOException {
    return new FoldedPaths<>(settled(paths), recent.events(paths), PathState::none);
  }

  /** As much of it as a listing shows; reads neither extents nor places of shards. */
  FoldedPaths<ListedState> listed(PathRange paths) throws IOException {
    Iterator<ListedState> settled =
        top.isPresent() ? leaves.listed(top.get(), paths) : Collections.emptyIterator();
    return new FoldedPaths<>(settled, recent.sizes(paths), ListedState::none);
  }

  /** The same of some leaves, by path, which hold all paths that changed since and are in any. */
  FoldedPaths<ListedState> listed(List<LeafRef> some) throws IOException {
    return new FoldedPaths<>(leaves.listed(some), recent.sizes(PathRange.ALL), ListedState::none);
  }

  /** What the leaves hold. */
  Iterator<PathState> settled(PathRange paths) throws IOException {
    return top.isPresent() ? leaves.states(top.get(), paths) : Collections.emptyIterator();
  }

  /** The leaves that hold all paths. */
  Iterator<LeafRef> leaves() throws IOException {
    return top.isPresent() ? leaves.leaves(top.get(), PathRange.ALL) : Collections.emptyIterator();
  }

  /** Gives the paths of the events since the leaves were made, level by level, each sorted. */
  void changed(Consumer<Iterator<String>> level) throws IOException {
    recent.changed(level);
  }

  /** The paths that changed since the leaves were made. */
  ChangedPaths changes() throws IOException {
    return new ChangedPaths(leaves(), this::settled, since(PathRange.ALL));
  }

  /** What happened since the leaves were made. */
  Iterator<Event> since(PathRange paths) throws IOException {
    return recent.events(paths);
  }
}
