package io.basalt.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.basalt.storage.commit.Attempt;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.config.StoreConfigLoader;
import io.basalt.storage.drive.DriveSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DriveTokenTest {
  private static final Attempt ATTEMPT =
      new Attempt(7, "%016x".formatted(new Random(1).nextLong()));

  @TempDir Path folder;
  private StoreConfig here;

  @BeforeEach
  void makeStore() throws IOException {
    here = config("here");
    DriveSet.initialise(here, "store-1");
  }

  private StoreConfig config(String name) throws IOException {
    Path file = Files.createDirectories(folder.resolve(name)).resolve("basalt.yaml");
    Files.writeString(
        file,
        """
        store: test
        drives:
          - {id: scm-0, tier: scm, path: scm-0, enclosure: a, size: 1GiB}
          - {id: scm-1, tier: scm, path: scm-1, enclosure: b, size: 1GiB}
        """);
    return StoreConfigLoader.load(file);
  }

  @Test
  void anotherProcessSeesItAndRemovesIt() throws IOException {
    try (DriveSet writer = DriveSet.open(here);
        DriveSet committer = DriveSet.open(here)) {
      DriveToken token = DriveToken.leave(writer, ATTEMPT, "tm-1");
      assertThat(token.drives()).containsExactly("scm-0", "scm-1");
      assertThat(folder.resolve("here/scm-0/tokens/" + ATTEMPT)).exists();

      token.check(committer, here, "tm-2");

      assertThat(folder.resolve("here/scm-0/tokens")).isEmptyDirectory();
      assertThat(folder.resolve("here/scm-1/tokens")).isEmptyDirectory();
    }
  }

  /** Labels alone cannot tell a drive from a copy of it. */
  @Test
  void aCopyOfADriveIsFoundOut() throws IOException {
    StoreConfig there = config("there");
    for (String drive : new String[] {"scm-0", "scm-1"}) {
      Path copy = Files.createDirectories(folder.resolve("there").resolve(drive));
      Path label = folder.resolve("here").resolve(drive).resolve("basalt-label.json");
      Files.copy(label, copy.resolve("basalt-label.json"));
    }
    try (DriveSet writer = DriveSet.open(here);
        DriveSet committer = DriveSet.open(there)) {
      DriveToken token = DriveToken.leave(writer, ATTEMPT, "tm-1");
      assertThatThrownBy(() -> token.check(committer, there, "tm-2"))
          .hasMessage(
              "TaskManagers tm-1 and tm-2 do not see the same directory %s: mount drive scm-0 there on both"
                  .formatted(folder.resolve("there/scm-0")));
    }
  }

  @Test
  void aDriveThatIsNotMountedIsNamed() throws IOException {
    try (DriveSet writer = DriveSet.open(here)) {
      DriveToken token = DriveToken.leave(writer, ATTEMPT, "tm-1");
      Files.move(folder.resolve("here/scm-1"), folder.resolve("gone"));
      try (DriveSet committer = DriveSet.open(here)) {
        assertThatThrownBy(() -> token.check(committer, here, "tm-2"))
            .hasMessageContaining("TaskManagers tm-1 and tm-2", folder.resolve("here/scm-1"))
            .hasMessageContaining("does not exist");
      }
    }
  }
}
