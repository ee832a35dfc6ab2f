package io.basalt.cli.command;

import io.basalt.cli.Failure;
import io.basalt.cli.show.Bytes;
import io.basalt.cli.show.Progress;
import io.basalt.storage.read.FileSink;
import io.basalt.storage.tree.FileState;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "get", description = "Copy a file out of the store; every byte is checked.")
public final class GetCommand extends StoreCommand {
  @Parameters(paramLabel = "PATH", description = "a file in the store")
  private String path;

  @Parameters(
      paramLabel = "LOCAL",
      description = "a file, directory or pipe here, or - for the output")
  private String local;

  @Option(
      names = "--range",
      paramLabel = "A-B",
      converter = ByteRange.Converter.class,
      description = "only bytes A to B, B exclusive")
  private ByteRange range;

  @Mixin private MomentOptions moment;

  @Override
  public Integer call() throws Exception {
    StorePaths.file(path);
    try (OpenStore store = OpenStore.open(config(), moment.moment())) {
      FileState file =
          store.reader().stat(path).orElseThrow(() -> new Failure("there is no file " + path));
      ByteRange wanted = range == null ? new ByteRange(0, file.size()) : range;
      if (wanted.to() > file.size()) {
        throw new Failure(
            "%s has %d bytes, so it has no range %d-%d"
                .formatted(path, file.size(), wanted.from(), wanted.to()));
      }
      if (local.equals("-")) {
        try (FileChannel sink = new FileOutputStream(FileDescriptor.out).getChannel()) {
          store.reader().read(file, wanted.from(), wanted.to(), sink);
        }
      } else if (isPipeOrDevice(Path.of(local))) {
        try (FileChannel sink = FileChannel.open(Path.of(local), StandardOpenOption.WRITE)) {
          store.reader().read(file, wanted.from(), wanted.to(), sink);
        }
      } else {
        Path target = save(store, file, wanted);
        out().printf("%s: %s%n", target, Bytes.of(wanted.to() - wanted.from()));
      }
    }
    return 0;
  }

  /** What is there and takes bytes, but is no file that a new one could replace. */
  private static boolean isPipeOrDevice(Path target) {
    return Files.exists(target) && !Files.isRegularFile(target) && !Files.isDirectory(target);
  }

  /**
   * Under a temporary name first, so that the name never stands for half a file. A link stays, and
   * what it leads to is replaced: /dev/stdout is one.
   */
  private Path save(OpenStore store, FileState file, ByteRange wanted) throws IOException {
    Path named = Path.of(local);
    Path target = Files.exists(named) ? named.toRealPath() : named;
    if (Files.isDirectory(target)) {
      target = target.resolve(path.substring(path.lastIndexOf('/') + 1));
    }
    Path directory = target.toAbsolutePath().getParent();
    if (directory == null || !Files.isDirectory(directory)) {
      throw new Failure("there is no directory " + directory + " to write " + target + " into");
    }
    Path draft =
        target.resolveSibling(
            "." + target.getFileName() + ".basalt-" + ProcessHandle.current().pid());
    try {
      try (Progress progress = Progress.start("get", wanted.to() - wanted.from());
          FileChannel channel =
              FileChannel.open(draft, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        FileSink sink = FileSink.to(channel::write, wanted.from());
        store
            .reader()
            .readInAnyOrder(
                file,
                wanted.from(),
                wanted.to(),
                (bytes, position) -> {
                  progress.add(bytes.remaining(), 0);
                  sink.write(bytes, position);
                });
      }
      Files.move(
          draft, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(draft);
    }
    return target;
  }
}
