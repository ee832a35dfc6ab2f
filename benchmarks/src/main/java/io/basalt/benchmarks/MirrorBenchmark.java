package io.basalt.benchmarks;

import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.ingest.Flushed;
import io.basalt.storage.ingest.Range;
import io.basalt.storage.segment.SegmentWriter;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.Op;
import io.basalt.storage.tree.Version;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The segment writer alone, without Kafka and Flink, beside one forced file in the same place. */
@Command(name = "mirror", description = "Two mirrors by the segment writer, beside fdatasync.")
final class MirrorBenchmark implements Callable<Integer> {
  private static final int FLUSH_BYTES = 4 << 20;

  @Option(names = "--dir", defaultValue = "/dev/shm", description = "where the drives lie")
  Path directory;

  @Option(names = "--mib", defaultValue = "2048", description = "MiB to write")
  int mebibytes;

  @Option(names = "--record", defaultValue = "65536", description = "bytes of a record")
  int recordBytes;

  @Override
  public Integer call() throws Exception {
    long bytes = (long) mebibytes << 20;
    for (int round = 0; round < 3; round++) {
      Rate roof = force(bytes);
      System.out.println(roof.besides(roof));
      System.out.println(mirror(bytes).besides(roof));
    }
    return 0;
  }

  /** One file, forced every few MiB: what a single copy costs here. */
  private Rate force(long bytes) throws IOException {
    Path file = Files.createTempFile(directory, "roof", null);
    ByteBuffer chunk = ByteBuffer.allocateDirect(FLUSH_BYTES);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      long start = System.nanoTime();
      for (long at = 0; at < bytes; at += FLUSH_BYTES) {
        channel.write(chunk.clear(), at);
        channel.force(false);
      }
      return Rate.of("fdatasync of 4 MiB, one copy", bytes, start);
    } finally {
      Files.delete(file);
    }
  }

  private Rate mirror(long bytes) throws Exception {
    int gibibytes = (int) (bytes >> 30) + 2;
    try (BenchmarkStore store =
            new BenchmarkStore(directory, "127.0.0.1:9", "benchmark", gibibytes);
        DriveSet drives = DriveSet.open(store.config())) {
      return new Writing(store.config(), drives).run(bytes);
    }
  }

  private final class Writing {
    private final SegmentWriter writer;
    private final ByteBuffer payload = ByteBuffer.allocate(recordBytes);
    private CompletableFuture<Flushed> flushing = CompletableFuture.completedFuture(null);
    private long next;
    private long covered;

    private Writing(StoreConfig config, DriveSet drives) {
      new Random(1).nextBytes(payload.array());
      writer =
          new SegmentWriter(
              drives,
              SegmentWriter.Options.of(config),
              "1-0000000000000001",
              0,
              new Random(2),
              Clock.systemUTC());
    }

    private Rate run(long bytes) throws Exception {
      try (writer) {
        long start = System.nanoTime();
        long records = bytes / recordBytes;
        while (next < records) {
          if (writer.hasRoomFor(recordBytes)) {
            writer.add(event(), payload.duplicate());
            next++;
            if (flushing.isDone() && writer.stagedBytes() >= FLUSH_BYTES) {
              flush();
            }
          } else {
            flushing.get();
            flush();
          }
        }
        flushing.get();
        flush();
        flushing.get();
        return Rate.of("segment writer, two mirrors forced", records * recordBytes, start);
      }
    }

    private void flush() {
      if (next > covered) {
        writer.cover(new Range(1, 0, covered, next, -1));
        covered = next;
      }
      flushing = writer.flush();
    }

    private Event event() {
      return new Event(
          "/benchmark/file-" + next,
          new Version(1, next),
          0,
          0,
          Op.PUT,
          0,
          Optional.empty(),
          List.of());
    }
  }
}
