package io.basalt.storage.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.basalt.storage.config.ConfigException;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.config.StoreConfigLoader;
import io.basalt.storage.drive.DriveInfo;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.root.Root;
import io.basalt.storage.verify.Verifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Drives that appear in a basalt.yaml after the store was made. */
class JobDrivesTest {
  private static final String LABEL = "basalt-label.json";

  @TempDir Path folder;
  private final Clock clock = Clock.fixed(Instant.ofEpochSecond(1_700_000_000), ZoneOffset.UTC);
  private final InMemoryArbiter.Log log = new InMemoryArbiter.Log("cluster", "topic");
  private StoreConfig old;

  @BeforeEach
  void makeStore() throws Exception {
    old = config(List.of("scm-0", "scm-1"));
    DriveSet.initialise(old, "store-1");
    try (DriveSet drives = DriveSet.open(old)) {
      StoreInitializer.create(drives, old, clock);
    }
  }

  private StoreConfig config(List<String> ids) throws IOException {
    StringBuilder yaml = new StringBuilder("store: test\ndrives:\n");
    for (String id : ids) {
      yaml.append("  - {id: %s, tier: scm, path: %s, ".formatted(id, id));
      yaml.append("enclosure: '%s', size: 1GiB}\n".formatted(id.charAt(id.length() - 1)));
    }
    Path file = folder.resolve("basalt.yaml");
    Files.writeString(file, yaml);
    return StoreConfigLoader.load(file);
  }

  private StoreConfig withNewDrive() throws IOException {
    return config(List.of("scm-0", "scm-1", "scm-2"));
  }

  private Root commit(StoreConfig config) throws Exception {
    try (DriveSet drives = JobDrives.open(config)) {
      RootFiles files = new RootFiles(drives, config.rootCopies());
      Attempt attempt = Attempt.start(files.head(), new Random(log.hashCode()));
      return RootCommitter.open(files, log.handle(), attempt, clock).commit(next -> {});
    }
  }

  private static List<String> ids(Root root) {
    return root.drives().stream().map(DriveInfo::id).toList();
  }

  @Test
  void aNewDriveIsLabelledAndInTheNextRoot() throws Exception {
    StoreConfig config = withNewDrive();

    Root root = commit(config);

    assertThat(ids(root)).containsExactly("scm-0", "scm-1", "scm-2");
    assertThat(folder.resolve("scm-2/roots")).isNotEmptyDirectory();
    byte[] label = Files.readAllBytes(folder.resolve("scm-2").resolve(LABEL));
    assertThat(ids(commit(config))).containsExactly("scm-0", "scm-1", "scm-2");
    assertThat(folder.resolve("scm-2").resolve(LABEL)).hasBinaryContent(label);
    try (DriveSet drives = DriveSet.open(config)) {
      assertThat(drives.unavailable()).isEmpty();
      assertThat(new Verifier(drives, config.rootCopies()).verify().problems()).isEmpty();
    }
  }

  /** A stop between the label and the commit. */
  @Test
  void aDriveThatWasOnlyLabelledIsAdded() throws Exception {
    StoreConfig config = withNewDrive();
    JobDrives.open(config).close();
    byte[] label = Files.readAllBytes(folder.resolve("scm-2").resolve(LABEL));

    assertThat(ids(commit(config))).contains("scm-2");

    assertThat(folder.resolve("scm-2").resolve(LABEL)).hasBinaryContent(label);
  }

  /** A process with the file of before commits on; the drive stays part of the store. */
  @Test
  void aDriveThatIsNotConfiguredStaysInTheRoot() throws Exception {
    commit(withNewDrive());
    assertThat(ids(commit(config(List.of("scm-0", "scm-1"))))).contains("scm-2");
  }

  @Test
  void aFolderWithContentIsRefused() throws Exception {
    StoreConfig config = withNewDrive();
    Files.createDirectories(folder.resolve("scm-2"));
    Files.writeString(folder.resolve("scm-2/precious"), "keep");

    assertThatThrownBy(() -> JobDrives.open(config))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "drive scm-2 cannot be made in %s: it holds precious; name an empty directory"
                .formatted(folder.resolve("scm-2")));

    assertThat(folder.resolve("scm-2").resolve(LABEL)).doesNotExist();
    assertThat(folder.resolve("scm-2/precious")).hasContent("keep");
  }

  @Test
  void aForeignDriveIsRefused() throws Exception {
    StoreConfig config = withNewDrive();
    DriveSet.label(config, Set.of("scm-2"), "store-2");

    assertThatThrownBy(() -> JobDrives.open(config))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("drive scm-2 belongs to store store-2");
  }

  @Test
  void swappedDrivesAreRefused() throws Exception {
    Files.move(folder.resolve("scm-0"), folder.resolve("away"));
    Files.move(folder.resolve("scm-1"), folder.resolve("scm-0"));
    Files.move(folder.resolve("away"), folder.resolve("scm-1"));

    assertThatThrownBy(() -> JobDrives.open(old))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "drive scm-0: %s holds drive scm-1: correct the paths of the two in %s"
                .formatted(folder.resolve("scm-0"), folder.resolve("basalt.yaml")));
  }

  @Test
  void aKnownDriveThatWasEmptiedIsNotLabelledAgain() throws Exception {
    StoreConfig config = withNewDrive();
    commit(config);
    Files.move(folder.resolve("scm-2"), folder.resolve("away"));
    Files.createDirectories(folder.resolve("scm-2"));

    try (DriveSet drives = JobDrives.open(config)) {
      assertThat(drives.unavailable().get("scm-2")).contains("it was emptied");
    }
    assertThat(folder.resolve("scm-2")).isEmptyDirectory();
  }

  @Test
  void aDriveThatTheFirstRootDidNotReachIsKnownOnceItAnswers() throws Exception {
    StoreConfig config = withNewDrive();
    JobDrives.open(config).close();
    Files.move(folder.resolve("scm-2"), folder.resolve("away"));
    // Without the drive, its place in the root would stay without an incarnation.
    try (DriveSet drives = DriveSet.open(config)) {
      RootFiles files = new RootFiles(drives, config.rootCopies());
      Attempt attempt = Attempt.start(files.head(), new Random(1));
      RootCommitter.open(files, log.handle(), attempt, clock)
          .commit(next -> next.drives(drives.infos()));
    }
    assertThat(incarnation(config)).isEmpty();
    Files.move(folder.resolve("away"), folder.resolve("scm-2"));

    Root root = commit(config);

    assertThat(ids(root)).containsExactly("scm-0", "scm-1", "scm-2");
    assertThat(incarnation(config)).isNotEmpty();
    commit(config);
  }

  private static String incarnation(StoreConfig config) throws Exception {
    try (DriveSet drives = DriveSet.open(config)) {
      Root head = new RootFiles(drives, config.rootCopies()).head();
      return head.drives().get(2).incarnation();
    }
  }

  @Test
  void aDriveInAnotherTierOrEnclosureIsRefused() throws Exception {
    Path file = folder.resolve("basalt.yaml");
    String right = Files.readString(file);
    Files.writeString(file, right.replace("enclosure: '1'", "enclosure: '7'"));
    assertThatThrownBy(() -> JobDrives.open(StoreConfigLoader.load(file)))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "drive scm-1 is of tier scm, enclosure 1 for the store and of tier scm, enclosure 7 in %s: correct the file"
                .formatted(file));
    commit(withNewDrive());
    Files.writeString(
        file,
        Files.readString(file).replace("{id: scm-2, tier: scm", "{id: scm-2, tier: capacity"));
    assertThatThrownBy(() -> JobDrives.open(StoreConfigLoader.load(file)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(
            "drive scm-2 is of tier scm, enclosure 2 for the store and of tier capacity");
  }

  @Test
  void aKnownDriveWithAnotherLabelIsRefused() throws Exception {
    StoreConfig config = withNewDrive();
    commit(config);
    Files.move(folder.resolve("scm-2"), folder.resolve("away"));
    DriveSet.label(config, Set.of("scm-2"), "store-1");

    assertThatThrownBy(() -> JobDrives.open(config))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("drive scm-2 is not the one that the store wrote to");
  }
}
