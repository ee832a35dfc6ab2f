package io.basalt.cli.command;

import io.basalt.cli.Failure;
import io.basalt.storage.commit.ArbiterException;
import io.basalt.storage.commit.StoreInitializer;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.config.StoreConfigLoader;
import io.basalt.storage.config.StoreConfigWriter;
import io.basalt.storage.drive.DriveSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.UUID;

/** Makes a store out of the text of its configuration. */
final class NewStore {
  private NewStore() {}

  /**
   * Writes the configuration with all its defaults spelled out, labels the drives and writes the
   * first root. The configuration comes last under its own name, so that an interrupted {@code
   * init} leaves no store that looks whole.
   */
  static StoreConfig create(Path file, String yaml) throws IOException, ArbiterException {
    if (Files.exists(file)) {
      throw new Failure(file + " exists already: choose another directory");
    }
    Files.createDirectories(file.getParent());
    Path draft = file.resolveSibling("basalt.yaml.new");
    try {
      Files.writeString(draft, yaml);
      StoreConfig config = StoreConfigLoader.load(draft);
      Files.writeString(draft, StoreConfigWriter.yaml(config));
      label(config);
      Files.move(draft, file);
      return StoreConfigLoader.load(file);
    } finally {
      Files.deleteIfExists(draft);
    }
  }

  /** Labels the drives of a configuration that somebody wrote and writes the first root. */
  static void label(StoreConfig config) throws IOException, ArbiterException {
    DriveSet.initialise(config, UUID.randomUUID().toString());
    try (DriveSet drives = DriveSet.open(config)) {
      StoreInitializer.create(drives, config, Clock.systemUTC());
    }
  }
}
