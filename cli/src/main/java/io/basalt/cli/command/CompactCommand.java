package io.basalt.cli.command;

import io.basalt.cli.show.Bytes;
import io.basalt.cli.show.JsonText;
import io.basalt.compaction.CompactionJob;
import io.basalt.compaction.CompactionReport;
import io.basalt.compaction.PlanReport;
import io.basalt.flink.BatchOptions;
import io.basalt.flink.JobReport;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "compact",
    description = "Merge the tree into leaves and free dead space with a Flink batch job.")
public final class CompactCommand extends StoreCommand {
  @Mixin private JsonOption format;
  @Mixin private JobOptions job;

  @Option(names = "--dry-run", description = "print what would be done, and change nothing")
  private boolean dryRun;

  @Override
  public Integer call() throws Exception {
    if (dryRun) {
      PlanReport plan = PlanReport.of(CompactionJob.plan(configFile()));
      show(plan, sentences(plan));
    } else {
      CompactionReport report =
          CompactionJob.run(
              job.environment(CompactionJob.settings()),
              new BatchOptions(configFile().toString(), job.parallelism));
      show(
          report,
          "merged %d runs into %d leaves, %s, in root %d; freed %s"
              .formatted(
                  report.runsIn(),
                  report.leavesOut(),
                  Bytes.of(report.rewrittenBytes()),
                  report.root(),
                  Bytes.of(report.freedBytes())));
    }
    return 0;
  }

  private static String sentences(PlanReport plan) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "would merge %d runs and the tails of root %d: %d leaves anew in %d stretches, %d segments to free"
            .formatted(
                plan.runs(), plan.root(), plan.leaves(), plan.stretches(), plan.freedSegments()));
    lines.addAll(plan.sentences());
    if (!plan.sparse().isEmpty()) {
      lines.add("rewriting gives back " + Bytes.of(plan.givesBackBytes()));
    }
    if (!plan.whyNotMore().isEmpty()) {
      lines.add("not rewritten: " + plan.whyNotMore());
    }
    return String.join(System.lineSeparator(), lines);
  }

  private void show(JobReport report, String sentence) {
    out().println(format.json ? JsonText.of(report) : sentence);
  }
}
