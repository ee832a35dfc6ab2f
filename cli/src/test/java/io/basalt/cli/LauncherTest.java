package io.basalt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./basalt} of a checkout that is built, started by a shell that says nothing. */
class LauncherTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final long PATIENCE_SECONDS = 60;

  @TempDir Path folder;

  @Test
  void namesAreUtf8WhateverTheShellSays() throws Exception {
    Commands.run("init", folder.resolve("store").toString(), "--scm-size", "64MiB").done();
    String config = folder.resolve("store/basalt.yaml").toString();
    for (String locale : List.of("", "C", "POSIX")) {
      Path error = folder.resolve("error");
      ProcessBuilder launcher =
          new ProcessBuilder(checkout() + "/basalt", "-c", config, "stat", "/grüße-🌋")
              .redirectOutput(folder.resolve("out").toFile())
              .redirectError(error.toFile());
      launcher.environment().keySet().removeIf(name -> name.matches("LANG|LANGUAGE|LC_.*"));
      launcher.environment().put("LC_ALL", locale);
      launcher.environment().put("JAVA_HOME", System.getProperty("java.home"));
      Process process = launcher.start();
      assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
      assertThat(Files.readString(error, StandardCharsets.UTF_8).strip())
          .isEqualTo("basalt: there is no file /grüße-🌋");
      assertThat(process.exitValue()).isEqualTo(1);
    }
  }

  /** The launcher, and what makes it think that there is nothing to build. */
  private Path checkout() throws Exception {
    Path home = folder.resolve("checkout");
    for (String directory : List.of("cli/src/main", "flink-conf", "cli/target/app/current")) {
      Files.createDirectories(home.resolve(directory));
    }
    for (String pom : List.of("pom.xml", "cli/pom.xml")) {
      Files.writeString(home.resolve(pom), "");
    }
    Path launcher = home.resolve("basalt");
    Files.copy(
        ROOT.resolve("basalt"),
        launcher,
        StandardCopyOption.COPY_ATTRIBUTES,
        StandardCopyOption.REPLACE_EXISTING);
    Files.writeString(
        home.resolve("cli/target/app/current/classpath"), System.getProperty("java.class.path"));
    return home;
  }
}
