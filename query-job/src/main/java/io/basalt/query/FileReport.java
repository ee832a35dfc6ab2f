package io.basalt.query;

import io.basalt.flink.TaskManagerName;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.flink.api.common.accumulators.ListAccumulator;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;

/** Gives a file its place once all its ranges are there, and counts. */
final class FileReport extends ProcessFunction<RangeResult, Void> {
  static final String FILES = "files";
  static final String BYTES = "bytes";
  static final String SUBTASKS = "subtasks";
  static final String PROBLEMS = "problems";
  static final String PROBLEM_LIST = "problemList";

  /** Problems that are listed; all are counted. */
  static final int LISTED = 1000;

  private static final long serialVersionUID = 1;

  private final Export export;
  private final LongCounter files = new LongCounter();
  private final LongCounter bytes = new LongCounter();
  private final LongCounter subtasks = new LongCounter();
  private final LongCounter problems = new LongCounter();
  private final ListAccumulator<String> problemList = new ListAccumulator<>();
  private transient Map<Long, Progress> begun;
  private transient Set<Integer> readers;

  private static final class Progress {
    private long bytesLeft;
    private String problem = "";
  }

  FileReport(Export export) {
    this.export = export;
  }

  @Override
  public void open(OpenContext context) {
    try {
      export.check(TaskManagerName.of(getRuntimeContext()));
    } catch (IOException e) {
      throw new SuppressRestartsException(e);
    }
    begun = new HashMap<>();
    readers = new HashSet<>();
    getRuntimeContext().addAccumulator(FILES, files);
    getRuntimeContext().addAccumulator(BYTES, bytes);
    getRuntimeContext().addAccumulator(SUBTASKS, subtasks);
    getRuntimeContext().addAccumulator(PROBLEMS, problems);
    getRuntimeContext().addAccumulator(PROBLEM_LIST, problemList);
  }

  @Override
  public void processElement(RangeResult result, Context context, Collector<Void> out) {
    if (result.reader() >= 0 && readers.add(result.reader())) {
      subtasks.add(1);
    }
    Progress progress = begun.computeIfAbsent(result.number(), number -> begin(result));
    progress.bytesLeft -= result.bytes();
    if (result.failed()) {
      progress.problem = result.problem();
    } else {
      bytes.add(result.bytes());
    }
    if (progress.bytesLeft == 0) {
      begun.remove(result.number());
      end(result, progress.problem);
    }
  }

  private static Progress begin(RangeResult result) {
    Progress progress = new Progress();
    progress.bytesLeft = result.size();
    return progress;
  }

  private void end(RangeResult last, String problem) {
    if (!problem.isEmpty()) {
      report(last.path(), problem);
      return;
    }
    try {
      export.publish(last.number(), last.path());
      files.add(1);
    } catch (IOException e) {
      report(last.path(), String.valueOf(e.getMessage()));
    }
  }

  private void report(String path, String what) {
    problems.add(1);
    if (problems.getLocalValuePrimitive() <= LISTED) {
      problemList.add(path);
      problemList.add(what);
    }
  }
}
