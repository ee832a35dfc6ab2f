package io.basalt.benchmarks;

import io.basalt.storage.commit.RootCommitter;
import io.basalt.storage.config.StoreConfig.Erasure;
import io.basalt.storage.config.StoreConfig.Watermark;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.migrate.MadeStripe;
import io.basalt.storage.migrate.MigratePlan;
import io.basalt.storage.migrate.MigratePlan.PlannedStripe;
import io.basalt.storage.migrate.MigratePlanner;
import io.basalt.storage.migrate.MigrateStart;
import io.basalt.storage.migrate.StripeCommitter;
import io.basalt.storage.migrate.StripeMaker;
import io.basalt.storage.read.FileSink;
import io.basalt.storage.read.StoreReader;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Stripe;
import io.basalt.storage.tree.FileState;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * A migration from its planner to its committer beside {@code cp}, then reads of what it moved:
 * with all drives, with drives missing that were drawn at random, by one reader and by two. The
 * code of the job in this process, without Kafka and Flink.
 */
@Command(
    name = "migrate",
    description = "A migration of cold segments, and reads of them with drives missing.")
final class MigrateBenchmark implements Callable<Integer> {
  private static final String FILE = "/large";
  private static final int PART_BYTES = 1 << 20;
  private static final int PARTS_OF_A_COMMIT = 8;

  @Option(names = "--dir", defaultValue = "/dev/shm", description = "where the drives lie")
  Path directory;

  @Option(names = "--mib", defaultValue = "2048", description = "MiB of user bytes")
  int mebibytes;

  @Option(names = "--segment", defaultValue = "16MiB", description = "segment size")
  String segmentSize;

  @Option(names = "--data", defaultValue = "8", description = "data strips")
  int dataStrips;

  @Option(names = "--parity", defaultValue = "2", description = "parity strips")
  int parityStrips;

  @Option(names = "--workers", defaultValue = "1", description = "workers of the migration")
  int workers;

  @Option(names = "--rounds", defaultValue = "3", description = "migrations, each of a new store")
  int rounds;

  @Option(names = "--draws", defaultValue = "4", description = "draws of the missing drives")
  int draws;

  @Option(
      names = "--drive-gib",
      description = "size of each drive; all SCM drives hold 32 stripes or more")
  int driveGibibytes;

  @Option(
      names = "--memory",
      description = "how much memory a migration has in use, instead of its rate")
  boolean memory;

  private final Random random = new Random(5);

  @Override
  public Integer call() throws Exception {
    for (int round = 0; round < rounds; round++) {
      // Four drives share both mirrors, and have their reserve.
      int gibibytes = driveGibibytes > 0 ? driveGibibytes : (mebibytes >> 10) + 1;
      try (TreeStore store =
          new TreeStore(directory, gibibytes, segmentSize, dataStrips + parityStrips)) {
        fill(store);
        if (memory) {
          measureMemory(store);
        } else {
          migrate(store);
          reads(store);
        }
      }
    }
    return 0;
  }

  private void fill(TreeStore store) throws Exception {
    byte[] bytes = new byte[PART_BYTES];
    for (int part = 0; part < mebibytes; part++) {
      random.nextBytes(bytes);
      store.write(FILE, (long) part * PART_BYTES, bytes);
      if (part % PARTS_OF_A_COMMIT == 0) {
        store.commit();
      }
    }
    store.makeRun();
  }

  private void migrate(TreeStore store) throws Exception {
    Rate cp = cp(store);
    Rate.Watch watch = Rate.Watch.start();
    List<MadeStripe> moved = moveAll(store);
    long user = moved.stream().mapToLong(MigrateBenchmark::userBytes).sum();
    Rate migrate = watch.rate("migrate: read back, committed, freed", user);
    System.out.println(migrate.besides(cp));
    System.out.printf(
        Locale.ROOT,
        "  %d stripes; for each user byte %.3f read and %.3f written, parity included%n",
        moved.size(),
        moved.stream().mapToLong(MadeStripe::readBytes).sum() / (double) user,
        moved.stream().mapToLong(MadeStripe::writtenBytes).sum() / (double) user);
  }

  private void measureMemory(TreeStore store) throws Exception {
    LiveMemory live = new LiveMemory();
    List<MadeStripe> moved;
    try (live) {
      moved = moveAll(store);
    }
    System.out.printf(
        Locale.ROOT,
        "%d stripes of %d MiB by %d workers, %s%n",
        moved.size(),
        moved.stream().mapToLong(MigrateBenchmark::userBytes).max().orElseThrow() >> 20,
        workers,
        live);
  }

  private List<MadeStripe> moveAll(TreeStore store) throws Exception {
    RootCommitter committer = store.committer();
    MigratePlanner planner =
        new MigratePlanner(erasure(), new Watermark(0, 0), store.config().segmentSize(), random);
    MigratePlan plan =
        new MigrateStart(store.drives(), planner).begin(committer, Clock.systemUTC());
    return move(store, plan, committer);
  }

  private Erasure erasure() {
    return new Erasure(OptionalInt.of(dataStrips), OptionalInt.of(parityStrips));
  }

  private static long userBytes(MadeStripe made) {
    return made.segments().stream().mapToLong(each -> each.segment().packedBytes()).sum();
  }

  /** Workers make stripes while this thread commits those that are made. */
  private List<MadeStripe> move(TreeStore store, MigratePlan plan, RootCommitter run)
      throws Exception {
    StripeCommitter committer =
        new StripeCommitter(store.drives(), store.committer(), run.attempt());
    Queue<StripeMaker> idle = new ConcurrentLinkedQueue<>();
    for (int worker = 0; worker < workers; worker++) {
      idle.add(new StripeMaker(store.drives(), store::map, run.attempt(), worker, random));
    }
    ExecutorService threads = Executors.newFixedThreadPool(workers);
    ExecutorCompletionService<MadeStripe> made = new ExecutorCompletionService<>(threads);
    for (PlannedStripe planned : plan.stripes()) {
      made.submit(() -> make(planned, idle));
    }
    List<MadeStripe> moved = new ArrayList<>();
    for (int i = 0; i < plan.stripes().size(); i++) {
      MadeStripe stripe = made.take().get();
      if (committer.commit(stripe) instanceof StripeCommitter.Outcome.Lost lost) {
        throw new IOException(lost.reason());
      }
      moved.add(stripe);
    }
    committer.end();
    threads.shutdown();
    for (StripeMaker maker : idle) {
      maker.close();
    }
    return moved;
  }

  private static MadeStripe make(PlannedStripe planned, Queue<StripeMaker> idle)
      throws IOException {
    StripeMaker maker = idle.remove();
    try {
      if (maker.make(planned) instanceof StripeMaker.Outcome.Made made) {
        return made.stripe();
      }
      throw new IOException("a stripe could not be made");
    } finally {
      idle.add(maker);
    }
  }

  private Rate cp(TreeStore store) throws Exception {
    List<Path> mirrors = new ArrayList<>();
    for (SegmentLocation segment : store.map().sealed()) {
      mirrors.add(store.drive(segment.mirrors().get(0)).resolve(segment.fileName()));
    }
    return Rate.ofCopy(mirrors, store.drive("cp"), dataStrips, parityStrips);
  }

  private void reads(TreeStore store) throws Exception {
    List<Path> strips = new ArrayList<>();
    long bytes = 0;
    for (Stripe stripe : store.map().stripes()) {
      bytes += stripe.dataBytes();
      for (int strip = 0; strip < stripe.dataStrips(); strip++) {
        strips.add(store.drive(stripe.drives().get(strip)).resolve(stripe.fileName(strip)));
      }
    }
    Rate cat = Rate.ofCommand("cat of the data strips", bytes, "cat", strips);
    Rate one = read(store, "cold read", 1);
    Rate two = read(store, "cold read by two at once", 2);
    Rate sequential = readInOrder(store, "cold read in the order of the file");
    System.out.println(one.besides(cat));
    System.out.println(two.besides(cat));
    System.out.println(sequential.besides(cat));
    for (int draw = 0; draw < draws; draw++) {
      List<Path> away = away(store);
      String what = "%d drives missing".formatted(parityStrips);
      System.out.println(read(store, what, 1).besides(one));
      System.out.println(read(store, what + ", two at once", 2).besides(two));
      System.out.println(readInOrder(store, what + ", in order").besides(sequential));
      for (Path path : away) {
        Files.move(path, path.resolveSibling(path.getFileName().toString().substring(1)));
      }
    }
  }

  /** As many drives as there is parity, drawn at random, under another name. */
  private List<Path> away(TreeStore store) throws IOException {
    List<Integer> drives =
        new ArrayList<>(IntStream.range(0, dataStrips + parityStrips).boxed().toList());
    Collections.shuffle(drives, random);
    List<Path> away = new ArrayList<>();
    for (int drive : drives.subList(0, parityStrips)) {
      Path hidden = store.drive("-capacity-" + drive);
      Files.move(store.drive("capacity-" + drive), hidden);
      away.add(hidden);
    }
    return away;
  }

  /** Readers with drives and threads of their own, as those of the query job. */
  private static Rate read(TreeStore store, String what, int readers) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(readers);
    List<Future<Long>> parts = new ArrayList<>();
    Rate.Watch watch = Rate.Watch.start();
    for (int reader = 0; reader < readers; reader++) {
      int number = reader;
      parts.add(threads.submit(() -> readPart(store, number, readers)));
    }
    long bytes = 0;
    for (Future<Long> part : parts) {
      bytes += part.get();
    }
    Rate rate = watch.rate(what, bytes);
    threads.shutdown();
    return rate;
  }

  private static long readPart(TreeStore store, int number, int readers) throws IOException {
    try (DriveSet drives = store.openDrives();
        StoreReader reader = StoreReader.open(drives);
        FileChannel sink = nowhere()) {
      FileState file = reader.stat(FILE).orElseThrow();
      long from = file.size() * number / readers;
      long to = file.size() * (number + 1) / readers;
      reader.readInAnyOrder(file, from, to, FileSink.to(sink::write, 0));
      return to - from;
    }
  }

  private static Rate readInOrder(TreeStore store, String what) throws IOException {
    Rate.Watch watch = Rate.Watch.start();
    try (DriveSet drives = store.openDrives();
        StoreReader reader = StoreReader.open(drives);
        FileChannel sink = nowhere()) {
      FileState file = reader.stat(FILE).orElseThrow();
      reader.read(file, sink);
      return watch.rate(what, file.size());
    }
  }

  private static FileChannel nowhere() throws IOException {
    return FileChannel.open(Path.of("/dev/null"), StandardOpenOption.WRITE);
  }
}
