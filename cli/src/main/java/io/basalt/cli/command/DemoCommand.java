package io.basalt.cli.command;

import io.basalt.cli.DirectoryTree;
import io.basalt.cli.Failure;
import io.basalt.cli.show.Bytes;
import io.basalt.cli.supervisor.LocalCluster;
import io.basalt.cli.supervisor.LocalState;
import io.basalt.cli.supervisor.Loopback;
import io.basalt.storage.config.StoreConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "demo",
    description = "The whole life of data on this machine, with processes of its own.")
public final class DemoCommand implements Callable<Integer> {
  private static final long INPUT_LIMIT = 256L << 20;
  private static final long SMALLEST_SCM = 24L << 20;
  private static final long SMALLEST_CAPACITY = 128L << 20;
  private static final int SCM = 4;

  /** More than a stripe needs: with m of them gone, some stripes can lose a strip more. */
  private static final int CAPACITY = 8;

  @Spec private CommandSpec spec;

  @Option(
      names = "--input",
      paramLabel = "DIR",
      description = "files to store; up to 256 MiB of /usr/share without it")
  private Path input;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "keep the store here; a temporary directory, deleted, without it")
  private Path directory;

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    LocalFiles files = input();
    out.printf("input: %d files, %s%n", files.files().size(), Bytes.of(files.bytes()));
    Path home =
        directory == null
            ? Files.createTempDirectory("basalt-demo")
            : directory.toAbsolutePath().normalize();
    Path scratch = Files.createTempDirectory("basalt-demo-out");
    Path file = home.resolve("basalt.yaml");
    LocalCluster cluster = new LocalCluster(file);
    // An interrupted demo leaves no processes behind.
    Thread stop = new Thread(() -> stop(cluster), "stop");
    Runtime.getRuntime().addShutdownHook(stop);
    DemoReport report = null;
    try {
      StoreConfig config = NewStore.create(file, yaml(files.bytes()));
      out.println("made a store in " + home);
      LocalState state = cluster.up(config, out::println);
      report = new DemoRun(config, state, scratch, out, spec.commandLine().getErr()).run(files);
      cluster.down();
    } finally {
      Runtime.getRuntime().removeShutdownHook(stop);
      cluster.down();
      DirectoryTree.delete(scratch);
      if (directory == null && report != null) {
        DirectoryTree.delete(home);
      } else if (directory == null) {
        out.println(
            "the store stays in " + home + ", with the logs of its processes in .basalt/logs");
      }
    }
    out.println();
    out.println(report.text());
    if (directory != null) {
      out.println();
      out.println("try:   " + Hints.on(file, "ls -l /"));
      out.println("       " + Hints.on(file, "get " + files.files().get(0).path() + " -"));
      out.println("       " + Hints.on(file, "up"));
    }
    return report.good() ? 0 : 1;
  }

  private LocalFiles input() throws IOException {
    List<Path> candidates =
        input != null
            ? List.of(input)
            : List.of(Path.of("/usr/share"), Path.of("").toAbsolutePath());
    for (Path candidate : candidates) {
      if (Files.isDirectory(candidate)) {
        long limit = input == null ? INPUT_LIMIT : Long.MAX_VALUE;
        LocalFiles files = LocalFiles.below(candidate, "", limit);
        if (!files.files().isEmpty()) {
          return files;
        }
      }
    }
    throw new Failure("there are no files to store in " + candidates);
  }

  /** The fast drives hold half of the input, so that migration has to run meanwhile. */
  private static String yaml(long bytes) {
    long scmSize = Math.max(SMALLEST_SCM, bytes / SCM);
    long capacitySize = Math.max(SMALLEST_CAPACITY, bytes);
    return new StoreLayout(SCM, scmSize, CAPACITY, capacitySize, 2, 4)
            .yaml(
                "demo",
                Loopback.HOST + ":" + Loopback.freePort(Set.of(), new SecureRandom()),
                "4+2")
        + "watermark: {high: 0.5, low: 0.4}\nmigrate: {interval: 1s}\n"
        // The demo compacts by itself, and the past that it lets go goes at once.
        + "compaction: {interval: 1h}\n"
        + "retention: {keep-all-for: 1s, per-minute: 0, per-hour: 0, per-day: 0}\n";
  }

  private static void stop(LocalCluster cluster) {
    try {
      cluster.down();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
