package io.basalt.benchmarks;

import io.basalt.storage.TestStore;
import io.basalt.storage.drive.DriveFile;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.read.FileSink;
import io.basalt.storage.read.StoreReader;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Stripe;
import io.basalt.storage.stripe.PackedSegment;
import io.basalt.storage.stripe.StripeWriter;
import io.basalt.storage.tree.FileState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Segments into a stripe beside {@code cp}, cold reads beside {@code cat} of the data strips, and
 * reads with drives missing beside both. Without Kafka and Flink.
 */
@Command(name = "stripe", description = "Write, read and degraded read of a stripe.")
final class StripeBenchmark implements Callable<Integer> {
  private static final String FILE = "/large";
  private static final int PART_BYTES = 4 << 20;
  private static final int SHARD_BYTES = 256 << 10;

  @Option(names = "--dir", defaultValue = "/dev/shm", description = "where the drives lie")
  Path directory;

  @Option(names = "--mib", defaultValue = "768", description = "MiB of user bytes, below 900")
  int mebibytes;

  @Option(names = "--data", defaultValue = "8", description = "data strips")
  int dataStrips;

  @Option(names = "--parity", defaultValue = "2", description = "parity strips")
  int parityStrips;

  @Option(names = "--rounds", defaultValue = "5", description = "rounds of each figure")
  int rounds;

  @Override
  public Integer call() throws Exception {
    Path folder = Files.createTempDirectory(directory, "stripe");
    try (TestStore store = TestStore.create(folder, "16MiB", dataStrips + parityStrips)) {
      fill(store);
      Stripe stripe = writes(store, folder);
      reads(store, stripe, folder);
    } finally {
      BenchmarkStore.delete(folder);
    }
    return 0;
  }

  private void fill(TestStore store) throws Exception {
    Random random = new Random(1);
    for (int part = 0; part < mebibytes / (PART_BYTES >> 20); part++) {
      byte[] bytes = new byte[PART_BYTES];
      random.nextBytes(bytes);
      store.write(FILE, (long) part * PART_BYTES, bytes);
      store.commit();
    }
    store.seal();
    store.makeRun();
  }

  private Stripe writes(TestStore store, Path folder) throws Exception {
    List<PackedSegment> packed = new ArrayList<>();
    long bytes = 0;
    for (SegmentLocation segment : store.sealed()) {
      packed.add(new PackedSegment(segment, bytes));
      bytes += segment.packedBytes();
    }
    Stripe stripe = null;
    try (DriveSet drives = store.openDrives()) {
      StripeWriter writer = new StripeWriter(drives);
      for (int round = 0; round < rounds; round++) {
        Rate cp = cp(store, packed, folder);
        if (stripe != null) {
          deleteStrips(store, stripe);
        }
        stripe = stripe(round, bytes);
        Rate.Watch watch = Rate.Watch.start();
        writer.write(stripe, packed, (segment, at, target) -> read(drives, segment, at, target));
        System.out.println(watch.rate("stripe write, forced and read back", bytes).besides(cp));
      }
    }
    store.commitMoved(packed, stripe);
    for (PackedSegment each : packed) {
      for (String mirror : each.segment().mirrors()) {
        Files.delete(store.file(mirror, each.segment().fileName()));
      }
    }
    return stripe;
  }

  private Stripe stripe(int round, long bytes) {
    long column = (long) dataStrips * Stripe.BLOCK_BYTES;
    return new Stripe(
        "1-00000000000000aa-0-" + round,
        dataStrips,
        parityStrips,
        (bytes + column - 1) / column * Stripe.BLOCK_BYTES,
        IntStream.range(0, dataStrips + parityStrips).mapToObj(i -> "capacity-" + i).toList());
  }

  private static void deleteStrips(TestStore store, Stripe stripe) throws IOException {
    for (int strip = 0; strip < stripe.strips(); strip++) {
      Files.delete(store.file(stripe.drives().get(strip), stripe.fileName(strip)));
    }
  }

  private Rate cp(TestStore store, List<PackedSegment> packed, Path folder) throws Exception {
    List<Path> mirrors = new ArrayList<>();
    for (PackedSegment each : packed) {
      mirrors.add(store.file(each.segment().mirrors().get(0), each.segment().fileName()));
    }
    return Rate.ofCopy(mirrors, folder.resolve("cp"), dataStrips, parityStrips);
  }

  /** A mirror, with a checksum of what would be its shards. */
  private static CompletableFuture<Void> read(
      DriveSet drives, SegmentLocation segment, long position, ByteBuffer target) {
    return drives.submit(
        segment.mirrors().get(0),
        drive -> {
          try (DriveFile file = drive.open(segment.fileName())) {
            long at = position;
            for (int done = 0; done < target.limit(); ) {
              long shards = Math.max(0, segment.dataEnd() - at);
              int left = Math.min(SHARD_BYTES, target.limit() - done);
              int length = shards > 0 ? (int) Math.min(left, shards) : left;
              ByteBuffer shard = target.slice(done, length);
              file.read(
                  shard.duplicate(),
                  shards > 0 ? at : segment.indexStart() + at - segment.dataEnd());
              new CRC32C().update(shard);
              done += length;
              at += length;
            }
          }
          return null;
        });
  }

  private void reads(TestStore store, Stripe stripe, Path folder) throws Exception {
    for (int round = 0; round < rounds; round++) {
      Rate cat = cat(store, stripe);
      Rate healthy = read(store, "cold read, every byte checked");
      Rate inOrder = readInOrder(store, "cold read");
      System.out.println(healthy.besides(cat));
      System.out.println(inOrder.besides(cat));
      int lost = 0;
      for (; lost < parityStrips; lost++) {
        // Spread over the stripe, so that no read has all of them.
        away(folder, lost * dataStrips / parityStrips, "away-" + lost);
        String what = "%d data strips lost".formatted(lost + 1);
        System.out.println(read(store, what).besides(healthy));
        System.out.println(readInOrder(store, what).besides(inOrder));
      }
      for (; lost > 0; lost--) {
        Files.move(
            folder.resolve("away-" + (lost - 1)),
            folder.resolve("capacity-" + (lost - 1) * dataStrips / parityStrips));
      }
    }
  }

  private static void away(Path folder, int drive, String name) throws IOException {
    Files.move(folder.resolve("capacity-" + drive), folder.resolve(name));
  }

  private static Rate cat(TestStore store, Stripe stripe) throws Exception {
    List<Path> strips = new ArrayList<>();
    for (int strip = 0; strip < stripe.dataStrips(); strip++) {
      strips.add(store.file(stripe.drives().get(strip), stripe.fileName(strip)));
    }
    return Rate.ofCommand("cat of the data strips", stripe.dataBytes(), "cat", strips);
  }

  private static Rate read(TestStore store, String what) throws IOException {
    return read(
        store,
        what,
        (reader, file, sink) ->
            reader.readInAnyOrder(file, 0, file.size(), FileSink.to(sink::write, 0)));
  }

  private static Rate readInOrder(TestStore store, String what) throws IOException {
    return read(store, what + ", in order", StoreReader::read);
  }

  @FunctionalInterface
  private interface WholeRead {
    void run(StoreReader reader, FileState file, FileChannel sink) throws IOException;
  }

  private static Rate read(TestStore store, String what, WholeRead read) throws IOException {
    try (DriveSet drives = store.openDrives();
        StoreReader reader = StoreReader.open(drives);
        FileChannel sink = FileChannel.open(Path.of("/dev/null"), StandardOpenOption.WRITE)) {
      FileState file = reader.stat(FILE).orElseThrow();
      Rate.Watch watch = Rate.Watch.start();
      read.run(reader, file, sink);
      return watch.rate(what, file.size());
    }
  }
}
