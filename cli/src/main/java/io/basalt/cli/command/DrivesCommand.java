package io.basalt.cli.command;

import io.basalt.cli.show.Bytes;
import io.basalt.cli.show.JsonText;
import io.basalt.cli.show.Table;
import io.basalt.storage.commit.ArbiterException;
import io.basalt.storage.commit.RootFiles;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.drive.DriveInfo;
import io.basalt.storage.drive.DriveLabel;
import io.basalt.storage.drive.DriveSet;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "drives", description = "List the drives: where, how full, and what is wrong.")
public final class DrivesCommand extends StoreCommand {
  @Mixin private JsonOption format;

  private static final String NEW = "new: the next job that commits adds it";

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
    try (DriveSet drives = DriveSet.survey(config)) {
      Set<String> known = known(drives, config);
      for (StoreConfig.DriveConfig drive : config.drives()) {
        answers.add(answer(drives, drive, known));
      }
    }
    if (format.json) {
      out().println(JsonText.of(answers));
      return 0;
    }
    Table table = new Table("DRIVE", "TIER", "ENCLOSURE", "SIZE", "USED", "PATH", "STATE");
    for (Answer a : answers) {
      table.row(
          a.id(),
          a.tier(),
          a.enclosure(),
          Bytes.of(a.sizeBytes()),
          Bytes.of(a.usedBytes()),
          a.path(),
          a.state());
    }
    out().println(table);
    return 0;
  }

  /** The drives that the store has; all of them where no root can be read. */
  private static Set<String> known(DriveSet drives, StoreConfig config) {
    try {
      return new RootFiles(drives, config.rootCopies())
          .head().drives().stream().map(DriveInfo::id).collect(Collectors.toSet());
    } catch (IOException | ArbiterException e) {
      // Then the drives themselves are what is wrong, and each says why.
      return config.drives().stream().map(StoreConfig.DriveConfig::id).collect(Collectors.toSet());
    }
  }

  private static Answer answer(DriveSet drives, StoreConfig.DriveConfig drive, Set<String> known) {
    Map<String, String> unavailable = drives.unavailable();
    String state = unavailable.getOrDefault(drive.id(), "ok");
    if (!known.contains(drive.id()) && !Files.exists(drive.path().resolve(DriveLabel.FILE))) {
      state = NEW;
    }
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
        drive.tier().text(),
        drive.path().toString(),
        drive.enclosure(),
        state,
        drive.size(),
        used);
  }
}
