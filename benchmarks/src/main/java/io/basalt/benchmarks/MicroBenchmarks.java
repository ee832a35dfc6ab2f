package io.basalt.benchmarks;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Hands over to JMH, with its own arguments. */
@Command(name = "micro", description = "JMH: checksums, fold, index blocks.")
final class MicroBenchmarks implements Callable<Integer> {
  @Parameters(description = "arguments of JMH", arity = "0..*")
  List<String> arguments = List.of();

  @Override
  public Integer call() throws Exception {
    org.openjdk.jmh.Main.main(arguments.toArray(String[]::new));
    return 0;
  }
}
