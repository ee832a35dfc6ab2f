package io.basalt.cli.command;

import io.basalt.cli.Failure;
import io.basalt.cli.show.Bytes;
import io.basalt.cli.show.JsonText;
import io.basalt.cli.show.Table;
import io.basalt.flink.BatchOptions;
import io.basalt.migrate.MigrateJob;
import io.basalt.migrate.MigrateReport;
import io.basalt.migrate.PlanReport;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "migrate",
    description = "Move cold segments from fast drives into stripes with a Flink batch job.")
public final class MigrateCommand extends StoreCommand {
  @Mixin private JsonOption format;
  @Mixin private JobOptions job;

  @Option(names = "--dry-run", description = "print what would be moved, and move nothing")
  private boolean dryRun;

  @Override
  public Integer call() throws Exception {
    return dryRun ? plan() : run();
  }

  private int plan() throws Exception {
    PlanReport plan = PlanReport.of(MigrateJob.plan(configFile()));
    if (format.json) {
      out().println(JsonText.of(plan));
      return 0;
    }
    if (!plan.segments().isEmpty()) {
      Table table = new Table("segment", "why", "from", "to", "bytes");
      for (PlanReport.Item item : plan.segments()) {
        table.row(
            item.segment(),
            item.why(),
            String.join(" ", item.from()),
            "stripe %d on %s".formatted(item.stripe(), String.join(" ", item.to())),
            Bytes.of(item.bytes()));
      }
      out().println(table);
    }
    out()
        .printf(
            "would move %d segments, %s, into %d stripes%n",
            plan.segments().size(), Bytes.of(plan.bytes()), plan.stripes());
    say(plan.notes(), plan.blocked());
    return 0;
  }

  private int run() throws Exception {
    MigrateReport report =
        MigrateJob.run(
            job.environment(MigrateJob.settings()),
            new BatchOptions(configFile().toString(), job.parallelism));
    if (format.json) {
      out().println(JsonText.of(report));
    } else {
      out()
          .printf(
              "moved %d segments into %d stripes: read %s, wrote %s, freed %s%n",
              report.segments(),
              report.stripes(),
              Bytes.of(report.readBytes()),
              Bytes.of(report.writtenBytes()),
              Bytes.of(report.freedBytes()));
      say(report.notes(), report.blocked());
      report.problems().stream().skip(1).forEach(err()::println);
    }
    if (!report.problems().isEmpty()) {
      throw new Failure("not all could be moved: " + report.problems().get(0));
    }
    return 0;
  }

  private void say(List<String> notes, String blocked) {
    notes.forEach(err()::println);
    if (blocked != null) {
      err().println(blocked);
    }
  }
}
