package io.basalt.flink;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.commit.StoreInitializer;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.config.StoreConfigLoader;
import io.basalt.storage.drive.DriveInfo;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.verify.Verifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreHandleTest {
  @TempDir Path folder;

  @Test
  void tasksShareTheirDrivesUntilTheFileNamesOthers() throws Exception {
    Path file = folder.resolve("basalt.yaml");
    String drives =
        """
        store: test
        drives:
          - {id: scm-0, tier: scm, path: scm-0, enclosure: a, size: 1GiB}
          - {id: scm-1, tier: scm, path: scm-1, enclosure: b, size: 1GiB}
        """;
    Files.writeString(file, drives);
    StoreConfig config = StoreConfigLoader.load(file);
    DriveSet.initialise(config, "store-1");
    try (DriveSet set = DriveSet.open(config)) {
      StoreInitializer.create(set, config, Clock.systemUTC());
    }
    try (StoreHandle ingest = StoreHandle.open(file)) {
      try (StoreHandle other = StoreHandle.open(file)) {
        assertThat(other.drives()).isSameAs(ingest.drives());
      }
      Files.writeString(
          file,
          drives + "  - {id: capacity-0, tier: capacity, path: new, enclosure: c, size: 1GiB}\n");
      try (StoreHandle migrate = StoreHandle.open(file);
          StoreHandle compaction = StoreHandle.open(file)) {
        assertThat(migrate.drives().infos()).extracting(DriveInfo::id).contains("capacity-0");
        assertThat(migrate.drives().unavailable()).isEmpty();
        assertThat(compaction.drives()).isSameAs(migrate.drives());
      }
      assertThat(ingest.drives().infos()).extracting(DriveInfo::id).doesNotContain("capacity-0");
    }
    // No root was made since the drive came.
    try (DriveSet set = DriveSet.open(config)) {
      assertThat(new Verifier(set).verify().problems()).isEmpty();
    }
  }
}
