package io.basalt.cli.command;

import io.basalt.cli.supervisor.RemoteJobs;
import java.io.IOException;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Where the Flink batch job of a command runs, and how wide. */
final class JobOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--parallelism",
      paramLabel = "N",
      defaultValue = "2",
      description = "tasks that work at the same time")
  int parallelism;

  @Option(
      names = "--target",
      paramLabel = "HOST:PORT",
      description = "the REST address of a Flink 2.2 cluster; in this process without it")
  private String cluster;

  /** An environment that executes there. */
  StreamExecutionEnvironment environment(Configuration settings) throws IOException {
    if (cluster == null) {
      return StreamExecutionEnvironment.createLocalEnvironment(settings);
    }
    TargetCluster address = TargetCluster.parse(cluster, spec).checked();
    return RemoteJobs.environment(
        address.host(), address.port(), settings, RemoteJobs.jars(address.rest()));
  }
}
