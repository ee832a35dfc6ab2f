package io.basalt.query;

import io.basalt.query.Selection.Item;
import io.basalt.query.Selection.Kind;
import io.basalt.storage.tree.FileState;
import io.basalt.storage.tree.PathRange;
import io.basalt.storage.tree.StorePath;
import java.io.IOException;
import java.util.Iterator;
import java.util.Optional;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Lists the selected files and cuts them into ranges; what cannot be written goes to the report.
 */
final class RangePlanner extends ProcessFunction<Long, FileRange> {
  private static final long serialVersionUID = 1;

  /** Files that no reader gets. */
  static final OutputTag<RangeResult> REFUSED =
      new OutputTag<>("refused", RangeResultSerializer.TYPE);

  static final String PLANNED_BYTES = "plannedBytes";

  private final QueryRequest request;
  private final LongCounter plannedBytes = new LongCounter();
  private transient OpenStore store;

  RangePlanner(QueryRequest request) {
    this.request = request;
  }

  @Override
  public void open(OpenContext context) throws IOException {
    getRuntimeContext().addAccumulator(PLANNED_BYTES, plannedBytes);
    store = OpenStore.open(request, getRuntimeContext());
  }

  @Override
  public void processElement(Long start, Context context, Collector<FileRange> out)
      throws IOException {
    new Run(context, out).plan();
  }

  @Override
  public void close() throws IOException {
    if (store != null) {
      store.close();
    }
  }

  private final class Run {
    private final Context context;
    private final Collector<FileRange> out;
    private final TreeNames names = new TreeNames();
    private long number;

    private Run(Context context, Collector<FileRange> out) {
      this.context = context;
      this.out = out;
    }

    private void plan() throws IOException {
      QueryOptions options = request.options();
      for (Item item : Selection.of(options.paths(), options.prefixes()).items()) {
        int found = item.kind() == Kind.FILE ? file(item.path()) : directory(item.path());
        if (found == 0 && !item.path().equals("/")) {
          refuse(item.path(), 0, "there is no such file or directory at this root");
        }
      }
    }

    private int file(String path) throws IOException {
      Optional<FileState> file = store.reader().stat(path);
      file.ifPresent(this::cut);
      return file.isPresent() ? 1 : 0;
    }

    private int directory(String path) throws IOException {
      String directory = StorePath.directory(path);
      int found = path.equals(directory) ? 0 : file(path);
      Iterator<FileState> below = store.reader().files(PathRange.startingWith(directory));
      while (below.hasNext()) {
        cut(below.next());
        found++;
      }
      return found;
    }

    private void cut(FileState file) {
      Optional<String> fault = names.fault(file.path());
      if (fault.isPresent()) {
        refuse(file.path(), file.size(), fault.get());
        return;
      }
      number++;
      plannedBytes.add(file.size());
      FileRanges.of(number, file, request.rangeBytes(file.size())).forEach(out::collect);
    }

    private void refuse(String path, long size, String why) {
      number++;
      context.output(REFUSED, new RangeResult(number, path, size, size, -1, why));
    }
  }
}
