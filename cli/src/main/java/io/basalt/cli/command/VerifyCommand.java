package io.basalt.cli.command;

import io.basalt.cli.Failure;
import io.basalt.cli.show.JsonText;
import io.basalt.cli.show.Progress;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.verify.CopyRepair;
import io.basalt.storage.verify.Problem;
import io.basalt.storage.verify.Verifier;
import io.basalt.storage.verify.VerifyReport;
import io.basalt.storage.verify.Watcher;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "verify",
    description = "Check every reference, length, checksum and copy; exit status 1 on a problem.")
public final class VerifyCommand extends StoreCommand {
  @Mixin private JsonOption format;

  @Option(
      names = "--repair",
      description = "write damaged copies of runs, leaves, branches and maps anew from intact ones")
  private boolean repair;

  record Answer(boolean ok, Map<String, Long> checked, List<Found> problems) {}

  record Found(String kind, String drive, String file, String what) {}

  @Override
  public Integer call() throws Exception {
    StoreConfig config = config();
    VerifyReport report;
    try (DriveSet drives = DriveSet.open(config);
        Progress progress = Progress.start("verify", -1)) {
      Verifier verifier = new Verifier(drives, config.rootCopies());
      report = verifier.verify(watcher(progress));
      if (repair && !report.damaged().isEmpty()) {
        int mended = new CopyRepair(drives).mend(report.damaged());
        err()
            .println(
                "wrote %d of %d damaged copies anew".formatted(mended, report.damaged().size()));
        report = verifier.verify();
      }
    }
    if (format.json) {
      List<Found> problems =
          report.problems().stream()
              .map(p -> new Found(p.kind().label(), p.drive(), p.file(), p.what()))
              .toList();
      out().println(JsonText.of(new Answer(report.ok(), report.checked(), problems)));
    } else {
      report.checked().forEach((kind, count) -> out().println("checked " + count + " " + kind));
      for (Problem problem : report.problems()) {
        out().println(problem);
      }
      out().println(report.ok() ? "ok" : report.problems().size() + " problems");
    }
    if (!report.ok()) {
      throw new Failure(failure(report.problems()));
    }
    return 0;
  }

  private static String failure(List<Problem> problems) {
    String first = problems.get(0).toString();
    String found =
        problems.size() == 1 ? first : "%d problems, first %s".formatted(problems.size(), first);
    return found + "; docs/operations says what to do about each, under Recovery";
  }

  private static Watcher watcher(Progress progress) {
    return new Watcher() {
      @Override
      public void expect(long bytes) {
        progress.expect(bytes);
      }

      @Override
      public void read(long bytes, long files) {
        progress.add(bytes, files);
      }
    };
  }
}
