package io.basalt.cli.command;

import io.basalt.cli.Failure;
import io.basalt.cli.show.Bytes;
import io.basalt.cli.show.JsonText;
import io.basalt.cli.show.Progress;
import io.basalt.client.Acknowledged;
import io.basalt.client.BasaltClient;
import io.basalt.storage.config.StoreConfig;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "put",
    description = "Store a file, or with -r all files of a directory; waits until they are safe.")
public final class PutCommand extends StoreCommand {
  @Mixin private JsonOption format;

  @Parameters(
      paramLabel = "LOCAL",
      description = "a file or pipe here, - for the input, or a directory")
  private String local;

  @Parameters(paramLabel = "PATH", description = "the path in the store; with -r a prefix")
  private String path;

  @Option(names = "-r", description = "all files of the directory LOCAL")
  private boolean recursive;

  @Mixin private TimeoutOption timeout;

  /** What was stored; root is the newest that was acknowledged, null if there was no file. */
  record Answer(String path, long bytes, Long root, long millis, int files) {}

  @Override
  public Integer call() throws Exception {
    StoreConfig config = config();
    String checked = recursive ? StorePaths.directory(path) : StorePaths.file(path);
    if (!recursive && !local.equals("-")) {
      requireFile(Path.of(local));
    }
    if (recursive && !Files.isDirectory(Path.of(local))) {
      throw new Failure("there is no directory " + local);
    }
    Answer answer;
    try (BasaltClient client = KafkaCheck.connect(config)) {
      long started = System.nanoTime();
      Acknowledgements acknowledgements = new Acknowledgements(config, err(), timeout.longest);
      answer =
          recursive
              ? directory(client, acknowledgements, started)
              : one(client, acknowledgements, checked, started);
    }
    if (format.json) {
      out().println(JsonText.of(answer));
    } else {
      out()
          .printf(
              "%s: %s in %d ms, root %s%n",
              answer.path(), Bytes.of(answer.bytes()), answer.millis(), answer.root());
    }
    return 0;
  }

  private static void requireFile(Path local) {
    if (Files.isDirectory(local)) {
      throw new Failure(local + " is a directory: put -r stores all its files");
    }
    if (!Files.exists(local)) {
      throw new Failure("there is no file " + local);
    }
  }

  private Answer one(
      BasaltClient client, Acknowledgements acknowledgements, String checked, long started)
      throws Exception {
    boolean input = local.equals("-");
    boolean sized = !input && Files.isRegularFile(Path.of(local));
    try (Progress progress = Progress.start("put", sized ? Files.size(Path.of(local)) : -1);
        Counted in =
            new Counted(
                input ? new BufferedInputStream(System.in) : Files.newInputStream(Path.of(local)),
                progress)) {
      Acknowledged done = acknowledgements.await(client.put(checked, in));
      return new Answer(checked, in.bytes, done.root(), millis(started), 1);
    }
  }

  private Answer directory(BasaltClient client, Acknowledgements acknowledgements, long started)
      throws Exception {
    String prefix = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    LocalFiles files = LocalFiles.below(Path.of(local), prefix, Long.MAX_VALUE);
    List<CompletableFuture<Acknowledged>> writes = new ArrayList<>();
    long root = 0;
    try (Progress progress = Progress.start("put", files.bytes())) {
      for (LocalFiles.LocalFile file : files.files()) {
        try (InputStream in = Files.newInputStream(file.local())) {
          CompletableFuture<Acknowledged> write = client.put(file.path(), in);
          writes.add(write.whenComplete((done, e) -> progress.add(file.bytes(), 1)));
        }
      }
      for (CompletableFuture<Acknowledged> write : writes) {
        root = Math.max(root, acknowledgements.await(write).root());
      }
    }
    if (files.skipped() > 0) {
      err().printf("skipped %d files that cannot be read or named%n", files.skipped());
    }
    if (files.special() > 0) {
      err().printf("skipped %d links and other entries that are no files%n", files.special());
    }
    return new Answer(
        path, files.bytes(), writes.isEmpty() ? null : root, millis(started), writes.size());
  }

  private static long millis(long started) {
    return (System.nanoTime() - started) / 1_000_000;
  }

  /** Counts what is read. */
  private static final class Counted extends FilterInputStream {
    private final Progress progress;
    private long bytes;

    Counted(InputStream in, Progress progress) {
      super(in);
      this.progress = progress;
    }

    private void count(int more) {
      bytes += more;
      progress.add(more, 0);
    }

    @Override
    public int read() throws IOException {
      int value = super.read();
      count(value < 0 ? 0 : 1);
      return value;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int count = super.read(target, offset, length);
      count(Math.max(0, count));
      return count;
    }
  }
}
