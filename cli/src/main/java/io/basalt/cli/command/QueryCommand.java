package io.basalt.cli.command;

import io.basalt.cli.Failure;
import io.basalt.cli.show.Bytes;
import io.basalt.cli.show.JsonText;
import io.basalt.query.QueryJob;
import io.basalt.query.QueryOptions;
import io.basalt.query.QueryReport;
import java.nio.file.Path;
import java.util.List;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

@Command(name = "query", description = "Copy files out of the store with a Flink batch job.")
public final class QueryCommand extends StoreCommand {
  @Mixin private JsonOption format;
  @Mixin private JobOptions job;
  @Mixin private MomentOptions moment;

  @Option(names = "--path", paramLabel = "P", description = "a file; may be repeated")
  private List<String> paths = List.of();

  @Option(names = "--prefix", paramLabel = "P", description = "a directory; may be repeated")
  private List<String> prefixes = List.of();

  @Option(names = "--to", paramLabel = "DIR", required = true, description = "where to write")
  private Path target;

  @Override
  public Integer call() throws Exception {
    if (paths.isEmpty() && prefixes.isEmpty()) {
      throw new ParameterException(
          spec().commandLine(), "nothing to read: give a --path or a --prefix");
    }
    QueryOptions options =
        new QueryOptions(
            configFile().toString(),
            paths,
            prefixes,
            target.toAbsolutePath().normalize().toString(),
            moment.moment(),
            job.parallelism);
    StreamExecutionEnvironment environment = job.environment(QueryJob.settings());
    QueryReport report;
    QueryWatch watch = QueryWatch.of(environment);
    try {
      report = QueryJob.run(environment, options);
    } finally {
      watch.close();
    }
    if (format.json) {
      out().println(JsonText.of(report));
    } else {
      report.problems().forEach(p -> out().println("not written: " + p.path() + ": " + p.what()));
      out()
          .printf(
              "%d files, %s from root %d to %s%n",
              report.files(), Bytes.of(report.bytes()), report.root(), target);
    }
    if (report.problemCount() > 0) {
      throw new Failure(failure(report));
    }
    return 0;
  }

  private static String failure(QueryReport report) {
    QueryReport.Problem first = report.problems().get(0);
    String text = first.path() + ": " + first.what();
    long others = report.problemCount() - 1;
    return others == 0 ? text : text + "; and " + others + " other files could not be written";
  }
}
