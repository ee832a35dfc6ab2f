package io.basalt.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Runs the commands whose start should be quick on a small store of its own, so that the classes
 * they need get into the archive that the launcher makes of this process.
 */
final class WarmUp {
  private WarmUp() {}

  public static void main(String[] arguments) throws IOException {
    Path directory = Files.createTempDirectory("basalt-warm-up");
    try {
      Path store = directory.resolve("store");
      run("init", store.toString(), "--scm-size", "64MiB", "--capacity", "0");
      String config = store.resolve("basalt.yaml").toString();
      for (String command : new String[] {"ls", "df", "drives", "roots", "verify", "status"}) {
        run(command, "-c", config);
        run(command, "-c", config, "--json");
      }
      run("stat", "-c", config, "/none");
      run("get", "-c", config, "/none", "-");
      run("--version");
      run("ls", "--help");
    } finally {
      try (Stream<Path> files = Files.walk(directory)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private static void run(String... arguments) {
    PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
    Basalt.run(arguments, Map.of(), nowhere, nowhere);
  }
}
