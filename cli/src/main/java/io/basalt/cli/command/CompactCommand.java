package io.basalt.cli.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.basalt.cli.show.Bytes;
import io.basalt.cli.show.JsonText;
import io.basalt.cli.supervisor.RemoteJobs;
import io.basalt.compaction.CompactionJob;
import io.basalt.compaction.CompactionOptions;
import io.basalt.compaction.CompactionReport;
import io.basalt.compaction.PlanReport;
import java.io.IOException;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "compact",
    description = "Merge the tree into leaves and free dead space with a Flink batch job.")
public final class CompactCommand extends StoreCommand {
  @Mixin private JsonOption format;

  @Option(names = "--dry-run", description = "print what would be done, and change nothing")
  private boolean dryRun;

  @Option(names = "--parallelism", paramLabel = "N", defaultValue = "2", description = "workers")
  private int parallelism;

  @Option(
      names = "--target",
      paramLabel = "HOST:PORT",
      description = "the REST address of a Flink 2.2 cluster; in this process without it")
  private String cluster;

  @Override
  public Integer call() throws Exception {
    if (dryRun) {
      PlanReport plan = PlanReport.of(CompactionJob.plan(configFile()));
      show(
          plan.toJson(),
          "would merge %d runs and the tails of root %d: %d leaves anew in %d stretches, %d segments to free"
              .formatted(
                  plan.runs(), plan.root(), plan.leaves(), plan.stretches(), plan.freedSegments()));
    } else {
      CompactionReport report =
          CompactionJob.run(
              environment(), new CompactionOptions(configFile().toString(), parallelism));
      show(
          report.toJson(),
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

  private void show(String json, String sentence) throws Exception {
    out().println(format.json ? JsonText.of(new ObjectMapper().readTree(json)) : sentence);
  }

  private StreamExecutionEnvironment environment() throws IOException {
    if (cluster == null) {
      return StreamExecutionEnvironment.createLocalEnvironment(CompactionJob.settings());
    }
    TargetCluster address = TargetCluster.parse(cluster, spec()).checked();
    return RemoteJobs.environment(
        address.host(), address.port(), CompactionJob.settings(), RemoteJobs.jars(address.rest()));
  }
}
