package io.basalt.benchmarks;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** One sub-command for each table of docs/benchmarks.md. */
@Command(
    name = "benchmarks/run",
    description = "Figures of Basalt, each beside its roof.",
    mixinStandardHelpOptions = true,
    subcommands = {
      MirrorBenchmark.class,
      IngestBenchmark.class,
      LatencyBenchmark.class,
      ReadBenchmark.class,
      StripeBenchmark.class,
      MigrateBenchmark.class,
      ErasureBenchmark.class,
      TreeBenchmark.class,
      MicroBenchmarks.class
    })
public final class Benchmarks {
  private Benchmarks() {}

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Benchmarks()).execute(arguments));
  }
}
