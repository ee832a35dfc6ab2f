package io.basalt.query;

import io.basalt.flink.JobReport;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.JobExecutionResult;

/**
 * What a query did.
 *
 * @param root the root that was read
 * @param files written
 * @param bytes read, also of files that could not be completed
 * @param reconstructedBytes computed because a strip was lost or wrong
 * @param subtasks readers that read at least one range
 * @param problemCount files that are missing from the directory
 * @param problems the first thousand of them
 */
public record QueryReport(
    long root,
    long files,
    long bytes,
    long reconstructedBytes,
    long subtasks,
    long millis,
    long problemCount,
    List<Problem> problems)
    implements JobReport {

  /** A file that was not written, and why. */
  public record Problem(String path, String what) {}

  public QueryReport {
    problems = List.copyOf(problems);
  }

  static QueryReport of(long root, JobExecutionResult result) {
    List<String> listed = result.getAccumulatorResult(FileReport.PROBLEM_LIST);
    List<Problem> problems = new ArrayList<>();
    for (int i = 0; i < listed.size(); i += 2) {
      problems.add(new Problem(listed.get(i), listed.get(i + 1)));
    }
    return new QueryReport(
        root,
        JobReport.number(result, FileReport.FILES),
        JobReport.number(result, FileReport.BYTES),
        JobReport.number(result, RangeReader.RECONSTRUCTED_BYTES),
        JobReport.number(result, FileReport.SUBTASKS),
        result.getNetRuntime(),
        JobReport.number(result, FileReport.PROBLEMS),
        problems);
  }
}
