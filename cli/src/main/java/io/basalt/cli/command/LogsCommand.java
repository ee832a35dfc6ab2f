package io.basalt.cli.command;

import io.basalt.cli.Failure;
import io.basalt.cli.supervisor.StoreDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

@Command(
    name = "logs",
    description = "Show the last lines of what the background processes logged.")
public final class LogsCommand extends StoreCommand {
  private static final List<String> SERVICES =
      List.of("supervisor", "kafka", "jobmanager", "taskmanager");

  @Parameters(
      arity = "0..1",
      paramLabel = "PROCESS",
      description = "supervisor, kafka, jobmanager or taskmanager; all without it")
  private String service;

  @Option(names = "-n", defaultValue = "20", description = "lines of each; 20 without it")
  private int lines;

  @Override
  public Integer call() throws Exception {
    if (service != null && !SERVICES.contains(service)) {
      throw new ParameterException(
          spec().commandLine(), "there is no process " + service + "; these log: " + SERVICES);
    }
    if (lines < 0) {
      throw new ParameterException(
          spec().commandLine(), "-n is " + lines + " and must be 0 or more");
    }
    StoreDirectory directory = cluster().directory();
    List<Path> files = new ArrayList<>();
    for (String name : service == null ? SERVICES : List.of(service)) {
      files.add(directory.output(name));
      files.add(directory.log(name));
    }
    files.removeIf(file -> !hasText(file));
    if (files.isEmpty()) {
      throw new Failure("nothing was logged yet; basalt up starts the processes");
    }
    for (Path file : files) {
      out().println("== " + file);
      tail(file).forEach(out()::println);
    }
    return 0;
  }

  private static boolean hasText(Path file) {
    try {
      return Files.exists(file) && Files.size(file) > 0;
    } catch (IOException e) {
      return false;
    }
  }

  private Deque<String> tail(Path file) throws IOException {
    Deque<String> last = new ArrayDeque<>();
    try (Stream<String> all = Files.lines(file, StandardCharsets.ISO_8859_1)) {
      all.forEach(
          line -> {
            last.addLast(line);
            if (last.size() > lines) {
              last.removeFirst();
            }
          });
    }
    return last;
  }
}
