package io.basalt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the program says where nothing runs: exit statuses, and one plain line on each error. */
class UsageTest {
  @TempDir Path folder;

  @Test
  void versionAndHelpAreAnswers() {
    assertThat(Commands.run("--version").done().out()).startsWith("basalt ");
    assertThat(Commands.run("--help").done().out()).contains("init", "repair-arbiter", "verify");
    assertThat(Commands.run("get", "--help").done().out()).contains("--range", "--as-of");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "frobnicate",
        "ls --frobnicate",
        "get /a",
        "init",
        "init D --scm 1",
        "init D --capacity -1",
        "init D --scm four",
        "init D --scm-size big",
        "init D --erasure 4x2",
        "put a /b --timeout soon",
        "schedule",
        "get /a b --root 1 --as-of 2026-01-01T00:00:00Z",
      })
  void badUsageIsOneLineAndTwo(String line) {
    String[] arguments = line.isEmpty() ? new String[0] : line.split(" ");
    assertThat(Commands.run(arguments).badUsage()).contains("--help");
    assertThat(Path.of("D")).doesNotExist();
  }

  @Test
  void aMissingConfigurationIsNamed() {
    Path file = folder.resolve("none.yaml");
    assertThat(Commands.run("ls", "-c", file.toString()).failure())
        .isEqualTo(
            "there is no "
                + file
                + ": make a store with basalt init DIR, or name its file with -c FILE");
    assertThat(Commands.run(Map.of("BASALT_CONFIG", file.toString()), "ls").failure())
        .startsWith("there is no " + file);
  }

  @Test
  void anUnknownKeyNamesTheNearestKnownOne() throws Exception {
    Path file = store();
    Files.writeString(file, Files.readString(file).replace("shard-size:", "shard-sice:"));
    for (String command : new String[] {"ls", "up", "status", "verify", "drives"}) {
      assertThat(Commands.run(command, "-c", file.toString()).failure())
          .as(command)
          .contains("shard-sice", "shard-size");
    }
  }

  @Test
  void initRefusesWhatIsThereAlready() throws Exception {
    Path file = store();
    assertThat(Commands.run("init", file.getParent().toString()).failure())
        .isEqualTo(file + " exists already: choose another directory");
    Path other = Files.createDirectories(folder.resolve("other/scm-0"));
    Files.writeString(other.resolve("precious"), "bytes");
    assertThat(Commands.run("init", other.getParent().toString()).failure()).contains("scm-0");
    assertThat(other.resolve("precious")).hasContent("bytes");
    assertThat(folder.resolve("other/basalt.yaml")).doesNotExist();
  }

  @Test
  void initRefusesTooLittleScm() {
    Path small = folder.resolve("small");
    assertThat(Commands.run("init", small.toString(), "--scm-size", "1MiB").failure())
        .contains("scm");
    assertThat(small.resolve("basalt.yaml")).doesNotExist();
  }

  @Test
  void aStoreThatIsDownIsReadButNotWritten() throws Exception {
    String file = store().toString();
    assertThat(Commands.run("ls", "-c", file).done().out()).isEmpty();
    assertThat(Commands.run("ls", "-c", file, "--json").json()).isEmpty();
    assertThat(Commands.run("get", "/a", "b", "-c", file).failure())
        .isEqualTo("there is no file /a");
    assertThat(Commands.run("verify", "-c", file, "--json").json().path("ok").asBoolean()).isTrue();
    assertThat(Commands.run("status", "-c", file, "--json").json().path("ingest").asText())
        .isEqualTo("down");
    assertThat(Commands.run("status", "-c", file, "--json").json().path("waiting").asText())
        .startsWith("nothing runs here; start it with");
    assertThat(Commands.run("put", file, "/a", "-c", file).failure())
        .startsWith("Kafka does not answer at 127.0.0.1:");
    assertThat(Commands.run("ingest", "-c", file).failure()).startsWith("nothing runs here");
    assertThat(Commands.run("logs", "-c", file).failure()).startsWith("nothing was logged yet");
    assertThat(Commands.run("down", "-c", file).done().out()).contains("nothing was up");
  }

  @Test
  void aStoreThatLostItsRootsNamesWhatMakesThemAnew() throws Exception {
    Path file = store();
    for (int drive = 0; drive < 4; drive++) {
      try (Stream<Path> roots = Files.list(file.resolveSibling("scm-" + drive + "/roots"))) {
        for (Path root : roots.toList()) {
          Files.delete(root);
        }
      } catch (NoSuchFileException e) {
        // A root takes three drives at most.
        continue;
      }
    }
    assertThat(Commands.run("ls", "-c", file.toString()).failure())
        .isEqualTo(
            "no root on any drive that answers (missing: none): bring the drives back, or make the"
                + " tree anew with basalt rebuild");
  }

  @Test
  void aMissingAndAForeignDriveAreNoticed() throws Exception {
    Path file = store();
    Path drive = file.resolveSibling("scm-0");
    Path away = file.resolveSibling("away");
    Files.move(drive, away);
    String[] drives = {"drives", "-c", file.toString(), "--json"};
    assertThat(Commands.run(drives).json().get(0).path("state").asText()).isNotEqualTo("ok");
    assertThat(Commands.run(drives).json().get(1).path("state").asText()).isEqualTo("ok");
    assertThat(Commands.run("ls", "-c", file.toString()).done().err()).isEmpty();
    assertThat(Commands.run("verify", "-c", file.toString()).failure())
        .contains("scm-0", "docs/operations says what to do");

    Path other = folder.resolve("second");
    Commands.run("init", other.toString(), "--scm-size", "64MiB", "--capacity", "0").done();
    Files.move(other.resolve("scm-0"), drive);
    for (String command : new String[] {"ls", "up", "verify"}) {
      assertThat(Commands.run(command, "-c", file.toString()).failure())
          .as(command)
          .startsWith("drive scm-0 belongs to store ");
    }
    assertThat(Commands.run(drives).json().get(0).path("state").asText())
        .startsWith("belongs to store ");
  }

  @Test
  void swappedMountsAreRefusedBeforeAnythingIsWritten() throws Exception {
    Path file = store();
    Path away = file.resolveSibling("away");
    Files.move(file.resolveSibling("scm-0"), away);
    Files.move(file.resolveSibling("scm-1"), file.resolveSibling("scm-0"));
    Files.move(away, file.resolveSibling("scm-1"));
    assertThat(Commands.run("up", "-c", file.toString()).failure())
        .isEqualTo(
            "drive scm-0: %s holds drive scm-1: correct the paths of the two in %s"
                .formatted(file.resolveSibling("scm-0"), file));
    assertThat(file.resolveSibling(".basalt")).doesNotExist();
  }

  @Test
  void completionIsAScript() {
    assertThat(Commands.run("completion").done().out())
        .contains("basalt", "repair-arbiter", "complete -F");
  }

  private Path store() {
    Path directory = folder.resolve("store");
    Commands.run("init", directory.toString(), "--scm-size", "64MiB", "--capacity", "0").done();
    return directory.resolve("basalt.yaml");
  }
}
