package io.basalt.cli.command;

import io.basalt.storage.config.StoreConfig;
import java.nio.file.Path;

/** Lines to copy that say how to go on. */
final class Hints {
  private Hints() {}

  /** The program as the person called it. */
  static String command() {
    return System.getProperty("basalt.command", "basalt");
  }

  /** A command on a store; names the file unless the store is the current directory's. */
  static String on(Path config, String command) {
    Path here = Path.of("").toAbsolutePath();
    String text = here.equals(config.getParent()) ? "" : " -c " + quoted(config.toString());
    return command() + text + " " + command;
  }

  static String kcat(StoreConfig config) {
    return "echo hello | kcat -P -b %s -t %s -X topic.partitioner=murmur2_random -k /hello.txt"
        .formatted(config.kafka().bootstrap(), config.kafka().topics().writes());
  }

  private static String quoted(String text) {
    return text.matches("[\\w./-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
  }
}
