package io.basalt.cli.command;

import io.basalt.cli.Failure;
import io.basalt.cli.show.Bytes;
import io.basalt.cli.supervisor.RemoteJobs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "jars",
    description = "Copy the jars that belong into lib/ of a Flink cluster of your own.")
public final class JarsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "DIR", description = "where to; jars of an earlier build are replaced")
  private Path directory;

  @Override
  public Integer call() throws IOException {
    Files.createDirectories(directory);
    requireOnlyJars();
    try (Stream<Path> old = Files.list(directory)) {
      for (Path jar : old.toList()) {
        Files.delete(jar);
      }
    }
    List<Path> jars = RemoteJobs.libJars();
    long bytes = 0;
    for (Path jar : jars) {
      Path copy = directory.resolve(jar.getFileName());
      Files.copy(jar, copy, StandardCopyOption.REPLACE_EXISTING);
      bytes += Files.size(copy);
    }
    spec.commandLine()
        .getOut()
        .printf("%d jars, %s in %s%n", jars.size(), Bytes.of(bytes), directory);
    return 0;
  }

  /** Nothing but jars is ever deleted. */
  private void requireOnlyJars() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      files
          .filter(file -> !file.toString().endsWith(".jar") || !Files.isRegularFile(file))
          .findFirst()
          .ifPresent(
              other -> {
                throw new Failure(
                    directory + " holds " + other.getFileName() + ": name a directory for jars");
              });
    }
  }
}
