package io.basalt.storage;

import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.config.StoreConfigLoader;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.drive.FileDrive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The configuration of a {@link TestStore}. */
final class TestConfig {
  private TestConfig() {}

  /** Writes it to a folder: two SCM drives and so many capacity drives, one in each enclosure. */
  static StoreConfig write(Path folder, String segmentSize, int capacityDrives) throws IOException {
    Files.createDirectories(folder);
    Path file = folder.resolve("basalt.yaml");
    Files.writeString(
        file,
        """
        store: test
        drives:
          - {id: scm-0, tier: scm, path: scm-0, enclosure: a, size: 1GiB}
          - {id: scm-1, tier: scm, path: scm-1, enclosure: b, size: 1GiB}
        %ssegment-size: %s
        kafka:
          bootstrap: 127.0.0.1:9092
        """
            .formatted(capacity(capacityDrives), segmentSize));
    return StoreConfigLoader.load(file);
  }

  private static String capacity(int drives) {
    return IntStream.range(0, drives)
        .mapToObj(
            i ->
                "  - {id: capacity-%1$d, tier: capacity, path: capacity-%1$d, enclosure: c%1$d, size: 1GiB}\n"
                    .formatted(i))
        .collect(Collectors.joining());
  }

  /** The drives, which are labelled, with calls on the caller's thread. */
  static DriveSet open(StoreConfig config) throws IOException {
    List<FileDrive> all = new ArrayList<>();
    for (StoreConfig.DriveConfig drive : config.drives()) {
      all.add(FileDrive.open(drive));
    }
    return DriveSet.sequential(TestStore.ID, all, DriveSet.Options.DEFAULTS);
  }
}
