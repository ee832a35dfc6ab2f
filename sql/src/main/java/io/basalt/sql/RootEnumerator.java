package io.basalt.sql;

import io.basalt.flink.PinnedRoot;
import io.basalt.flink.StoreHandle;
import io.basalt.storage.commit.ArbiterException;
import io.basalt.storage.commit.Moment;
import io.basalt.storage.config.ConfigException;
import io.basalt.storage.read.StoreReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.runtime.execution.SuppressRestartsException;

/**
 * Pins the root as long as the job lives, cuts its paths into ranges, and deals these out to
 * readers that ask. Runs on the JobManager, which must see the drives for it.
 */
final class RootEnumerator implements SplitEnumerator<PathSplit, ScanState> {
  /** Readers that are quick get more. */
  private static final int SPLITS_PER_READER = 4;

  private final SplitEnumeratorContext<PathSplit> context;
  private final Scan scan;
  private final Deque<Integer> waiting = new ArrayDeque<>();
  private final Deque<PathSplit> left = new ArrayDeque<>();
  private Pinned pinned;
  private long root;
  private boolean planned;
  private boolean closed;

  /** A pinned root and the store that it is of, released together. */
  private record Pinned(StoreHandle store, PinnedRoot root) implements AutoCloseable {
    @Override
    public void close() {
      try (store) {
        root.close();
      }
    }
  }

  RootEnumerator(SplitEnumeratorContext<PathSplit> context, Scan scan) {
    this(context, scan, new ScanState(0, List.of()));
  }

  RootEnumerator(SplitEnumeratorContext<PathSplit> context, Scan scan, ScanState state) {
    this.context = context;
    this.scan = scan;
    this.root = state.root();
    left.addAll(state.left());
  }

  @Override
  public void start() {
    if (root == 0) {
      context.callAsync(this::plan, this::deal);
    } else {
      context.callAsync(() -> pin(root).root().number(), this::dealAgain);
    }
  }

  private ScanState plan() throws IOException {
    Pinned chosen = pin(scan.root());
    long number = chosen.root().number();
    List<PathSplit> splits = new ArrayList<>();
    try (StoreReader reader =
        StoreReader.open(chosen.store().drives(), chosen.store().root(Moment.number(number)))) {
      int pieces = context.currentParallelism() * SPLITS_PER_READER;
      LeafRanges.of(scan.paths(), reader.leaves(), pieces)
          .forEach(paths -> splits.add(new PathSplit(number, paths, 0)));
    }
    return new ScanState(number, splits);
  }

  private Pinned pin(long number) throws IOException {
    StoreHandle store = null;
    try {
      store = StoreHandle.open(Path.of(scan.config()));
      Moment moment = Moment.number(number);
      PinnedRoot chosen =
          scan.pinned() ? PinnedRoot.pin(store, moment) : PinnedRoot.unpinned(store, moment);
      return keep(new Pinned(store, chosen));
    } catch (ConfigException | ArbiterException | IOException e) {
      if (store != null) {
        store.close();
      }
      throw new SuppressRestartsException(e);
    }
  }

  private synchronized Pinned keep(Pinned made) {
    if (closed) {
      made.close();
    } else {
      pinned = made;
    }
    return made;
  }

  private void deal(ScanState state, Throwable failure) {
    if (failure == null) {
      root = state.root();
      left.addAll(state.left());
    }
    dealAgain(root, failure);
  }

  private void dealAgain(Long number, Throwable failure) {
    if (failure instanceof SuppressRestartsException forGood) {
      throw forGood;
    }
    if (failure != null) {
      throw new IllegalStateException("root %d was not opened".formatted(number), failure);
    }
    planned = true;
    while (!waiting.isEmpty()) {
      give(waiting.remove());
    }
  }

  @Override
  public void handleSplitRequest(int subtask, String host) {
    if (planned) {
      give(subtask);
    } else {
      waiting.add(subtask);
    }
  }

  private void give(int subtask) {
    if (!context.registeredReaders().containsKey(subtask)) {
      return;
    }
    PathSplit next = left.poll();
    if (next == null) {
      context.signalNoMoreSplits(subtask);
    } else {
      context.assignSplit(next, subtask);
    }
  }

  @Override
  public void addSplitsBack(List<PathSplit> splits, int subtask) {
    left.addAll(splits);
  }

  /** A reader asks by itself. */
  @Override
  public void addReader(int subtask) {}

  @Override
  public ScanState snapshotState(long checkpoint) {
    return new ScanState(root, List.copyOf(left));
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (pinned != null) {
      pinned.close();
      pinned = null;
    }
  }
}
