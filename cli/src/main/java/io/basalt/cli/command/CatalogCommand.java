package io.basalt.cli.command;

import io.basalt.cli.DirectoryTree;
import io.basalt.cli.Failure;
import io.basalt.cli.show.Bytes;
import io.basalt.cli.show.JsonText;
import io.basalt.flink.PinnedRoot;
import io.basalt.storage.catalog.CatalogExport;
import io.basalt.storage.catalog.CatalogExport.Summary;
import io.basalt.storage.catalog.ExtentPlaces;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.mirror.MirroredFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "catalog",
    description = "Write the files and extents of one root as Parquet tables for other programs.")
public final class CatalogCommand extends StoreCommand {
  @Mixin private JsonOption format;

  @Option(
      names = "--to",
      paramLabel = "DIR",
      required = true,
      description = "a new or empty directory; it holds a whole catalogue, or nothing")
  private Path target;

  @Mixin private MomentOptions moment;

  @Override
  public Integer call() throws Exception {
    Path directory = target.toAbsolutePath().normalize();
    requireEmpty(directory);
    Path draft =
        directory.resolveSibling(
            "." + directory.getFileName() + ".basalt-" + ProcessHandle.current().pid());
    Summary written;
    try {
      written = export(draft);
      Files.move(
          draft, directory, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      DirectoryTree.delete(draft);
    }
    if (format.json) {
      out().println(JsonText.of(written));
    } else {
      out()
          .printf(
              "root %d: %d files of %s, %d extents; %d Parquet files, %s in %s%n",
              written.root(),
              written.files(),
              Bytes.of(written.bytes()),
              written.extents(),
              written.parquetFiles(),
              Bytes.of(written.storedBytes()),
              target);
    }
    return 0;
  }

  private static void requireEmpty(Path directory) throws IOException {
    Path parent = directory.getParent();
    if (parent == null || !Files.isDirectory(parent)) {
      throw new Failure("there is no directory " + parent + " to make " + directory + " in");
    }
    if (Files.exists(directory) && !isEmptyDirectory(directory)) {
      throw new Failure(directory + " is not an empty directory: name a new one");
    }
  }

  private static boolean isEmptyDirectory(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return false;
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files.findAny().isEmpty();
    }
  }

  /** Places are those of the newest head, taken after the reader was opened. */
  @SuppressWarnings("try") // a pin is held, not used
  private Summary export(Path directory) throws Exception {
    StoreConfig config = config();
    try (OpenStore store = OpenStore.open(config, moment.moment());
        PinnedRoot pinned = PinnedRoot.pin(config, store.drives(), store.reader().root())) {
      ExtentPlaces places =
          ExtentPlaces.load(new MirroredFiles(store.drives()), store.roots().head());
      return new CatalogExport(
              store.reader(), places, (name, bytes) -> write(directory.resolve(name), bytes))
          .write();
    }
  }

  private static void write(Path file, ByteBuffer bytes) throws IOException {
    Files.createDirectories(file.getParent());
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }
  }
}
