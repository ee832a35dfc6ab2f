package io.basalt.cli.supervisor;

/**
 * When a scheduled job ran and will run.
 *
 * @param last start of its newest run, ISO-8601, or null if it never ran here
 * @param next when it is due, ISO-8601, or null if nothing is scheduled
 * @param problem what keeps it from its work, or null
 */
public record JobRuns(String last, String next, String problem) {
  /** Of a job that nothing here schedules. */
  public static final JobRuns NEVER = new JobRuns(null, null, null);
}
