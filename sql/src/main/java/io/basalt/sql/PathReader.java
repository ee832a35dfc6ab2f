package io.basalt.sql;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.table.data.RowData;

/** Reads one range after the other; asks for the next one when it has none. */
final class PathReader implements SourceReader<RowData, PathSplit> {
  private final SourceReaderContext context;
  private final Scan scan;
  private final Deque<PathSplit> splits = new ArrayDeque<>();
  private CompletableFuture<Void> available = new CompletableFuture<>();
  private OpenRoot root;
  private PathSplit current;
  private Iterator<RowData> rows;
  private long done;
  private boolean noMoreSplits;

  PathReader(SourceReaderContext context, Scan scan) {
    this.context = context;
    this.scan = scan;
  }

  @Override
  public void start() {
    if (splits.isEmpty()) {
      context.sendSplitRequest();
    }
  }

  @Override
  public InputStatus pollNext(ReaderOutput<RowData> output) throws IOException {
    if (rows == null && !openNext()) {
      return noMoreSplits ? InputStatus.END_OF_INPUT : InputStatus.NOTHING_AVAILABLE;
    }
    if (rows.hasNext()) {
      output.collect(rows.next());
      done++;
    } else {
      rows = null;
      current = null;
      if (splits.isEmpty() && !noMoreSplits) {
        context.sendSplitRequest();
      }
    }
    return InputStatus.MORE_AVAILABLE;
  }

  private boolean openNext() throws IOException {
    if (splits.isEmpty()) {
      if (!noMoreSplits && available.isDone()) {
        available = new CompletableFuture<>();
      }
      return false;
    }
    current = splits.remove();
    if (root == null) {
      root = OpenRoot.open(scan.config(), current.root());
    }
    rows = scan.table().rows(root, current.paths().range(), scan.columns());
    for (done = 0; done < current.done(); done++) {
      rows.next();
    }
    return true;
  }

  @Override
  public List<PathSplit> snapshotState(long checkpoint) {
    List<PathSplit> left = new ArrayList<>();
    if (current != null) {
      left.add(new PathSplit(current.root(), current.paths(), done));
    }
    left.addAll(splits);
    return left;
  }

  @Override
  public CompletableFuture<Void> isAvailable() {
    return available;
  }

  @Override
  public void addSplits(List<PathSplit> added) {
    splits.addAll(added);
    available.complete(null);
  }

  @Override
  public void notifyNoMoreSplits() {
    noMoreSplits = true;
    available.complete(null);
  }

  @Override
  public void close() throws IOException {
    if (root != null) {
      root.close();
    }
  }
}
