package io.basalt.cli.command;

import io.basalt.cli.show.Progress;
import io.basalt.query.QueryProgress;
import io.basalt.storage.DaemonThreads;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.JobListener;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Shows how far a query is while it runs, from the sums that its tasks report. */
final class QueryWatch implements JobListener, AutoCloseable {
  private static final long LOOK_MILLIS = 500;

  private final Progress progress = Progress.start("query", -1);
  private final ScheduledExecutorService looks =
      Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("basalt-query-progress"));
  private QueryProgress shown = new QueryProgress(0, 0, 0);

  private QueryWatch() {}

  /** Watches the job that the environment executes next. */
  static QueryWatch of(StreamExecutionEnvironment environment) {
    QueryWatch watch = new QueryWatch();
    environment.registerJobListener(watch);
    return watch;
  }

  @Override
  public void onJobSubmitted(JobClient job, Throwable failure) {
    if (job != null) {
      looks.scheduleWithFixedDelay(
          () -> look(job), LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private void look(JobClient job) {
    try {
      show(QueryProgress.of(job.getAccumulators().get(LOOK_MILLIS, TimeUnit.MILLISECONDS)));
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | java.util.concurrent.TimeoutException noAnswer) {
      // The next look may get one; how the job ends is told elsewhere.
      return;
    }
  }

  private void show(QueryProgress now) {
    if (now.plannedBytes() > 0) {
      progress.expect(now.plannedBytes());
    }
    progress.add(now.bytes() - shown.bytes(), now.files() - shown.files());
    shown = now;
  }

  @Override
  public void onJobExecuted(JobExecutionResult result, Throwable failure) {
    looks.shutdownNow();
  }

  @Override
  public void close() {
    looks.shutdownNow();
    progress.close();
  }
}
