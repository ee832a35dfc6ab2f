package io.basalt.cli.command;

import io.basalt.cli.show.Bytes;
import io.basalt.cli.show.JsonText;
import io.basalt.cli.show.Table;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.drive.DriveSet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "drives", description = "List the drives: where, how full, and what is wrong.")
public final class DrivesCommand extends StoreCommand {
  @Mixin private JsonOption format;

  /** One drive; state is "ok", or why it cannot be used. */
  record Answer(
      String id,
      String tier,
      String path,
      String enclosure,
      String state,
      long sizeBytes,
      long usedBytes) {}

  @Override
  public Integer call() throws Exception {
    StoreConfig config = config();
    List<Answer> answers = new ArrayList<>();
    try (DriveSet drives = DriveSet.open(config)) {
      for (StoreConfig.DriveConfig drive : config.drives()) {
        answers.add(answer(drives, drive));
      }
    }
    if (format.json) {
      out().println(JsonText.of(answers));
      return 0;
    }
    Table table = new Table("DRIVE", "TIER", "ENCLOSURE", "SIZE", "USED", "STATE", "PATH");
    for (Answer a : answers) {
      table.row(
          a.id(),
          a.tier(),
          a.enclosure(),
          Bytes.of(a.sizeBytes()),
          Bytes.of(a.usedBytes()),
          a.state(),
          a.path());
    }
    out().println(table);
    return 0;
  }

  private static Answer answer(DriveSet drives, StoreConfig.DriveConfig drive) {
    Map<String, String> unavailable = drives.unavailable();
    String state = unavailable.getOrDefault(drive.id(), "ok");
    long used = 0;
    if (!unavailable.containsKey(drive.id())) {
      try {
        used = drives.space(drive.id()).usedBytes();
      } catch (IOException e) {
        state = e.getMessage();
      }
    }
    return new Answer(
        drive.id(),
        drive.tier().name().toLowerCase(Locale.ROOT),
        drive.path().toString(),
        drive.enclosure(),
        state,
        drive.size(),
        used);
  }
}
