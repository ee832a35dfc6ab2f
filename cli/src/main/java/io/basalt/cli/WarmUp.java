package io.basalt.cli;

import io.basalt.storage.config.StoreConfigLoader;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.leaf.LeafLimits;
import io.basalt.storage.leaf.LeafTree;
import io.basalt.storage.leaf.LeafWriter;
import io.basalt.storage.leaf.TreeFileWriter;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.tree.Extent;
import io.basalt.storage.tree.FileState;
import io.basalt.storage.tree.PathState;
import io.basalt.storage.tree.Shard;
import io.basalt.storage.tree.Version;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
      leaf(Path.of(config));
      for (String command : new String[] {"ls", "df", "drives", "roots", "verify", "status"}) {
        run(command, "-c", config);
        run(command, "-c", config, "--json");
      }
      run("stat", "-c", config, "/none");
      run("get", "-c", config, "/none", "-");
      run("--version");
      run("ls", "--help");
    } finally {
      DirectoryTree.delete(directory);
    }
  }

  /**
   * Writes a leaf and reads it back. The store is empty, since it has no Kafka that would decide on
   * a commit, but a store in use answers most commands from Parquet files.
   */
  private static void leaf(Path config) throws IOException {
    try (DriveSet drives = DriveSet.open(StoreConfigLoader.load(config))) {
      MirroredFiles mirrors = new MirroredFiles(drives);
      LeafWriter writer =
          new LeafWriter(new TreeFileWriter(mirrors, "0-0000000000000000"), LeafLimits.DEFAULTS);
      for (int i = 0; i < 1_000; i++) {
        Shard shard = new Shard("0-0000000000000000-0-" + i % 7, i, 1, i);
        Extent extent = new Extent(0, shard, 0, 1);
        String path = "/%04d".formatted(i);
        FileState file = new FileState(path, 1, i, new Version(0, i), List.of(extent));
        writer.add(new PathState(path, Optional.of(file), List.of()));
      }
      new LeafTree(mirrors).states(writer.finish()).forEachRemaining(state -> {});
    }
  }

  private static void run(String... arguments) {
    PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
    Basalt.run(arguments, Map.of(), nowhere, nowhere);
  }
}
