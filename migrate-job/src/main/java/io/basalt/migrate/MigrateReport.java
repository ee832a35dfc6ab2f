package io.basalt.migrate;

import io.basalt.flink.JobReport;
import java.util.List;
import org.apache.flink.api.common.JobExecutionResult;

/**
 * What a migration did.
 *
 * @param segments moved
 * @param readBytes read from mirrors, once each
 * @param writtenBytes of user data and parity, written to strips
 * @param freedBytes of mirrors that were deleted
 * @param blocked why less was moved than the watermark asks for, or null
 * @param notes what else an operator wants to know, such as stripes that are narrower
 * @param problems stripes that could not be made or counted and segments that stayed, and why
 */
public record MigrateReport(
    long segments,
    long stripes,
    long readBytes,
    long writtenBytes,
    long freedBytes,
    String blocked,
    List<String> notes,
    List<String> problems)
    implements JobReport {
  public MigrateReport {
    notes = List.copyOf(notes);
    problems = List.copyOf(problems);
  }

  static MigrateReport of(JobExecutionResult result) {
    List<String> blocked = result.getAccumulatorResult(MigrationPlanner.BLOCKED);
    return new MigrateReport(
        JobReport.number(result, MigrationCommitter.SEGMENTS),
        JobReport.number(result, MigrationCommitter.STRIPES),
        JobReport.number(result, MigrationCommitter.READ_BYTES),
        JobReport.number(result, MigrationCommitter.WRITTEN_BYTES),
        JobReport.number(result, MigrationCommitter.FREED_BYTES),
        blocked.isEmpty() ? null : blocked.get(0),
        result.getAccumulatorResult(MigrationPlanner.NOTES),
        result.getAccumulatorResult(MigrationCommitter.PROBLEMS));
  }
}
