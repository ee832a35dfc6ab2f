package io.basalt.query;

import io.basalt.flink.DriveMetrics;
import io.basalt.storage.read.FileSink;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Reads ranges into temporary files. Repeating a range writes the same bytes to the same place. A
 * range that cannot be read is a result, not a failure of the job: the others go on.
 */
final class RangeReader extends ProcessFunction<FileRange, RangeResult> {
  private static final long serialVersionUID = 1;

  static final String RECONSTRUCTED_BYTES = "reconstructedBytes";

  private final QueryRequest request;
  private final LongCounter reconstructedBytes = new LongCounter();
  private transient OpenStore store;
  private transient int subtask;

  RangeReader(QueryRequest request) {
    this.request = request;
  }

  @Override
  public void open(OpenContext context) throws IOException {
    getRuntimeContext().addAccumulator(RECONSTRUCTED_BYTES, reconstructedBytes);
    store = OpenStore.open(request, getRuntimeContext());
    DriveMetrics.register(getRuntimeContext().getMetricGroup(), store.drives());
    subtask = getRuntimeContext().getTaskInfo().getIndexOfThisSubtask();
  }

  @Override
  public void processElement(FileRange range, Context context, Collector<RangeResult> out)
      throws IOException {
    long before = store.reader().reconstructedBytes();
    out.collect(read(range));
    reconstructedBytes.add(store.reader().reconstructedBytes() - before);
  }

  private RangeResult read(FileRange range) throws IOException {
    try (FileChannel file = request.export().open(range.number())) {
      FileSink sink = FileSink.to(file::write, 0);
      store.reader().readInAnyOrder(range.file(), range.from(), range.to(), sink);
      return RangeResult.done(range, subtask);
    } catch (InterruptedIOException | ClosedByInterruptException e) {
      throw e;
    } catch (IOException e) {
      return RangeResult.failed(range, subtask, String.valueOf(e.getMessage()));
    }
  }

  @Override
  public void close() throws IOException {
    if (store != null) {
      store.close();
    }
  }
}
