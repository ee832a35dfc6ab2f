package io.basalt.benchmarks;

import io.basalt.client.Acknowledged;
import io.basalt.client.BasaltClient;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.config.StoreConfigLoader;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.read.StoreReader;
import io.basalt.storage.tree.FileState;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A hot file beside {@code cat} of the same bytes, and one small file of many, opened anew. */
@Command(
    name = "read",
    description = "Hot reads beside cat, on a store whose ingest runs (basalt up).")
final class ReadBenchmark implements Callable<Integer> {
  private static final int ROUNDS = 5;

  @Option(names = "--config", required = true, description = "basalt.yaml of the store")
  Path config;

  @Option(names = "--dir", defaultValue = "/dev/shm", description = "where cat's file lies")
  Path directory;

  @Option(names = "--mib", defaultValue = "1024", description = "MiB of the large file")
  int mebibytes;

  @Option(names = "--files", defaultValue = "100000", description = "small files")
  int files;

  @Override
  public Integer call() throws Exception {
    StoreConfig store = StoreConfigLoader.load(config);
    Path plain = Files.createTempFile(directory, "cat", null);
    try {
      fill(plain);
      try (BasaltClient client = new BasaltClient(store.kafka(), store.maxRecord())) {
        upload(client, plain);
      }
      for (int round = 0; round < ROUNDS; round++) {
        Rate cat = cat(plain);
        System.out.println(cat.besides(cat));
        System.out.println(large(store).besides(cat));
        System.out.printf("one of %d files: %.1f ms%n", files, small(store, round) / 1e6);
      }
    } finally {
      Files.delete(plain);
    }
    return 0;
  }

  private void fill(Path file) throws IOException {
    byte[] chunk = new byte[1 << 20];
    new Random(1).nextBytes(chunk);
    for (int i = 0; i < mebibytes; i++) {
      Files.write(file, chunk, StandardOpenOption.APPEND);
    }
  }

  private void upload(BasaltClient client, Path plain) throws IOException {
    List<CompletableFuture<Acknowledged>> writes = new ArrayList<>();
    try (var in = Files.newInputStream(plain)) {
      writes.add(client.put("/read/large", in));
    }
    for (int i = 0; i < files; i++) {
      writes.add(client.put("/read/small/" + i, new byte[1024]));
    }
    writes.forEach(CompletableFuture::join);
  }

  private Rate cat(Path plain) throws IOException, InterruptedException {
    long start = System.nanoTime();
    Process cat =
        new ProcessBuilder("cat", plain.toString())
            .redirectOutput(ProcessBuilder.Redirect.PIPE)
            .start();
    try (WritableByteChannel sink = sink()) {
      Channels.newInputStream(Channels.newChannel(cat.getInputStream()))
          .transferTo(Channels.newOutputStream(sink));
    }
    cat.waitFor();
    return Rate.of("cat through a pipe", (double) mebibytes * (1 << 20), start);
  }

  private Rate large(StoreConfig store) throws IOException {
    try (DriveSet drives = DriveSet.open(store);
        StoreReader reader = StoreReader.open(drives);
        WritableByteChannel sink = sink()) {
      FileState file = reader.stat("/read/large").orElseThrow();
      long start = System.nanoTime();
      reader.read(file, sink);
      return Rate.of("hot read, every byte checked", file.size(), start);
    }
  }

  private long small(StoreConfig store, int round) throws IOException {
    long start = System.nanoTime();
    try (DriveSet drives = DriveSet.open(store);
        StoreReader reader = StoreReader.open(drives);
        WritableByteChannel sink = sink()) {
      String path = "/read/small/" + (round * 7919 + 13) % files;
      reader.read(reader.stat(path).orElseThrow(), sink);
    }
    return System.nanoTime() - start;
  }

  private static WritableByteChannel sink() throws IOException {
    return FileChannel.open(Path.of("/dev/null"), StandardOpenOption.WRITE);
  }
}
