package io.basalt.benchmarks;

import io.basalt.storage.census.LiveBytes;
import io.basalt.storage.compact.Compaction;
import io.basalt.storage.config.Tier;
import io.basalt.storage.drive.Drive.StoredFile;
import io.basalt.storage.drive.DriveInfo;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.leaf.LeafRef;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.read.ListEntry;
import io.basalt.storage.read.StoreReader;
import io.basalt.storage.root.FileRef;
import io.basalt.storage.root.Root;
import io.basalt.storage.tree.FileState;
import io.basalt.storage.tree.PathRange;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The tree with very many files: how fast it commits, finds, lists and compacts. */
@Command(
    name = "tree",
    description = "Commits, lookups, listings and compaction with millions of files.")
final class TreeBenchmark implements Callable<Integer> {
  private static final int FILES_PER_DIRECTORY = 1_000;

  /** A prime, so that all files are written, each far from the one before. */
  private static final long STRIDE = 7_368_787;

  private static final int COMMITS = 1_000;
  private static final int SCANS = 3;
  private static final int LOOKUPS = 10_000;
  private static final int OPENINGS = 50;
  private static final int YOUNG = 100_000;
  private static final List<String> METADATA = List.of("leaves", "branches", "usage", "maps");

  @Option(names = "--dir", defaultValue = "/dev/shm", description = "where the drives lie")
  Path directory;

  @Option(names = "--files", defaultValue = "10000000", description = "files in the store")
  int files;

  @Option(names = "--bytes", defaultValue = "100", description = "bytes of a file")
  int bytes;

  @Option(names = "--runs", defaultValue = "1000", description = "unmerged runs over the files")
  int runs;

  @Option(
      names = "--parts",
      split = ",",
      defaultValue = "FILES,RUNS,MERGED_RUNS,TAILS",
      description = "what is measured: ${COMPLETION-CANDIDATES}")
  List<Part> parts;

  /** A part of the benchmark, with a store of its own. */
  enum Part {
    /** Commits, lookups, listings and compaction with all the files. */
    FILES,
    /** Reading through runs that nobody merges. */
    RUNS,
    /** The same while runs are merged as ingest does it. */
    MERGED_RUNS,
    /** Reads of files of which nothing but the index blocks of segments tells. */
    TAILS
  }

  private final Random random = new Random(3);

  @Override
  public Integer call() throws Exception {
    for (Part part : parts) {
      switch (part) {
        case FILES -> files();
        case RUNS, MERGED_RUNS -> {
          try (TreeStore store = new TreeStore(directory, 4, "1MiB")) {
            throughRuns(store, part == Part.MERGED_RUNS);
          }
        }
        case TAILS -> tails();
      }
    }
    return 0;
  }

  private void files() throws Exception {
    Samples empty;
    try (TreeStore store = new TreeStore(directory, 2, "64MiB")) {
      commits(store, COMMITS);
      empty = commits(store, COMMITS);
      say("commit, empty store", empty);
    }
    try (TreeStore store = new TreeStore(directory, 4, "64MiB")) {
      fill(store, files);
      compact(store, files);
      metadata(store);
      read(store, files);
      commits(store, COMMITS);
      Samples full = commits(store, COMMITS);
      say("commit, %,d files".formatted(files), full);
      say(
          "times the empty store's",
          "p50 %.2f, p99 %.2f".formatted(full.ratio(empty, 0.5), full.ratio(empty, 0.99)));
      compact(store, 2 * COMMITS);
      young(store);
    }
  }

  /** As after an ingest whose maintenance failed all the time. */
  private void tails() throws Exception {
    try (TreeStore store = new TreeStore(directory, 4, "64MiB")) {
      write(store, files, () -> {});
      store.commit();
      say("tails", store.head().tails().size());
      System.gc();
      resetPeak();
      say("all live bytes counted, as df does", Samples.of(3, () -> liveBytes(store)));
      say("lookup, store opened anew", cold(store, 5, reader -> stat(reader, files)));
      say(
          "listing of 1,000 files, store opened anew",
          cold(store, 5, reader -> list(reader, files)));
      say("heap at most, garbage included, MiB", peak() >> 20);
    }
  }

  private void liveBytes(TreeStore store) throws Exception {
    try (StoreReader reader = StoreReader.open(store.drives(), store.head())) {
      long live =
          LiveBytes.bySegment(reader, new MirroredFiles(store.drives())).values().stream()
              .mapToLong(each -> each)
              .sum();
      if (live != (long) files * bytes) {
        throw new IllegalStateException(live + " bytes are live");
      }
    }
  }

  /** One small file of those that no compaction has seen yet, in a store opened anew. */
  private void young(TreeStore store) throws Exception {
    byte[] content = new byte[1024];
    for (int i = 0; i < YOUNG; i++) {
      store.put("/young/" + i, content);
      if (i % FILES_PER_DIRECTORY == 0) {
        store.commit();
      }
    }
    store.commit();
    say(
        "one of %,d files in %d tails, store opened anew, found and read"
            .formatted(YOUNG, store.head().tails().size()),
        cold(
            store,
            reader -> {
              FileState file = reader.stat("/young/" + random.nextInt(YOUNG)).orElseThrow();
              reader.read(file, Channels.newChannel(OutputStream.nullOutputStream()));
            }));
  }

  private void fill(TreeStore store, int count) throws Exception {
    long start = System.nanoTime();
    write(store, count, store::makeRuns);
    store.makeRun();
    store.makeRuns();
    say(
        "filled, one writer, runs made on the same thread",
        perSecond(count, start) + ", %d runs".formatted(store.head().runs().size()));
  }

  /** Writes in an order that spreads neighbours over all segments and runs. */
  private void write(TreeStore store, int count, Samples.Step nowAndThen) throws Exception {
    byte[] content = new byte[bytes];
    random.nextBytes(content);
    for (int i = 0; i < count; i++) {
      store.put(path((int) (i * STRIDE % count)), content);
      if (i % 100_000 == 0) {
        nowAndThen.run();
      }
    }
  }

  private static String path(int file) {
    return "/data/%03d/directory-%05d/file-%08d"
        .formatted(file / 1_000_000, file / FILES_PER_DIRECTORY, file);
  }

  private void compact(TreeStore store, int events) throws Exception {
    roof(store);
    resetPeak();
    long start = System.nanoTime();
    long cpu = threadCpu();
    Compaction.Outcome outcome = store.compact();
    say(
        "compaction of %,d events on one thread".formatted(events),
        "%s, %,.0f/s of its CPU, %d runs in, %d leaves out, heap at most %d MiB with garbage, of %d MiB"
            .formatted(
                perSecond(events, start),
                events / ((threadCpu() - cpu) / 1e9),
                outcome.runsIn(),
                outcome.leavesOut(),
                peak() >> 20,
                Runtime.getRuntime().maxMemory() >> 20));
  }

  /** What compaction cannot go below: reading all events in order, without making anything. */
  private static void roof(TreeStore store) throws Exception {
    try (StoreReader reader = StoreReader.open(store.drives(), store.head())) {
      long start = System.nanoTime();
      long count = 0;
      for (Iterator<?> events = reader.since(PathRange.ALL); events.hasNext(); count++) {
        events.next();
      }
      say("roof: merging these events alone", perSecond(count, start));
    }
  }

  private void metadata(TreeStore store) throws Exception {
    long total = 0;
    for (DriveInfo drive : store.drives().available(Tier.SCM)) {
      for (String kind : METADATA) {
        List<StoredFile> stored = store.drives().call(drive.id(), d -> d.list(kind));
        total += stored.stream().mapToLong(StoredFile::length).sum();
      }
    }
    Root root = store.head();
    String body = "roots/root-%012d".formatted(root.number());
    long rootBytes = 0;
    for (DriveInfo drive : store.drives().available(Tier.SCM)) {
      for (StoredFile file : store.drives().call(drive.id(), d -> d.list("roots"))) {
        if (file.name().equals(body)) {
          rootBytes = file.length();
        }
      }
    }
    say(
        "metadata per file after compaction",
        "%.1f bytes in one copy, %.1f in both; root %d bytes; data per file %d"
            .formatted((double) total / 2 / files, (double) total / files, rootBytes, bytes));
  }

  private void read(TreeStore store, int count) throws Exception {
    try (StoreReader reader = StoreReader.open(store.drives(), store.head())) {
      lookups(reader, count, 2_000);
      say("lookup, warm", lookups(reader, count, LOOKUPS));
      listings(reader, count, 50);
      say("listing of 1,000 files, warm", listings(reader, count, 200));
    }
    say("roof: one leaf read and checked", leaves(store));
    say("lookup, store opened anew", cold(store, reader -> stat(reader, count)));
    say("listing of 1,000 files, store opened anew", cold(store, reader -> list(reader, count)));
  }

  private Samples lookups(StoreReader reader, int count, int times) throws Exception {
    return Samples.of(times, () -> stat(reader, count));
  }

  private void stat(StoreReader reader, int count) throws Exception {
    if (reader.stat(path(random.nextInt(count))).isEmpty()) {
      throw new IllegalStateException("a file is missing");
    }
  }

  private Samples listings(StoreReader reader, int count, int times) throws Exception {
    return Samples.of(times, () -> list(reader, count));
  }

  private void list(StoreReader reader, int count) throws Exception {
    String path = path(random.nextInt(count));
    try (Stream<ListEntry> entries = reader.list(path.substring(0, path.lastIndexOf('/')), false)) {
      if (entries.count() != FILES_PER_DIRECTORY) {
        throw new IllegalStateException("a listing lacks files");
      }
    }
  }

  /** A read by a reader of its own. */
  @FunctionalInterface
  private interface ReaderStep {
    void run(StoreReader reader) throws Exception;
  }

  private static Samples cold(TreeStore store, ReaderStep step) throws Exception {
    return cold(store, OPENINGS, step);
  }

  private static Samples cold(TreeStore store, int times, ReaderStep step) throws Exception {
    return Samples.of(
        times,
        () -> {
          try (DriveSet drives = store.openDrives();
              StoreReader reader = StoreReader.open(drives)) {
            step.run(reader);
          }
        });
  }

  private Samples leaves(TreeStore store) throws Exception {
    MirroredFiles mirrors = new MirroredFiles(store.drives());
    try (StoreReader reader = StoreReader.open(store.drives(), store.head())) {
      List<LeafRef> all = new ArrayList<>();
      reader.leaves().forEachRemaining(all::add);
      return Samples.of(
          200,
          () -> {
            for (FileRef table : all.get(random.nextInt(all.size())).tables().toList()) {
              mirrors.read(table);
            }
          });
    }
  }

  private static Samples commits(TreeStore store, int times) throws Exception {
    byte[] content = new byte[100];
    int[] at = {0};
    return Samples.of(
        times,
        () -> {
          store.put("/commits/" + at[0]++, content);
          store.commit();
        });
  }

  /** A million files in leaves, a thousand runs over them, then the same after compaction. */
  private void throughRuns(TreeStore store, boolean merging) throws Exception {
    int count = Math.min(files, 1_000_000);
    int each = count / Math.max(1, runs);
    byte[] content = new byte[bytes];
    fill(store, count);
    store.compact();
    for (int run = 0; run < runs; run++) {
      for (int i = 0; i < each; i++) {
        store.put(path(random.nextInt(count)), content);
      }
      store.makeRun();
      if (merging) {
        store.mergeRuns();
      }
    }
    Through before = through(store, count);
    say(
        "through %d runs%s"
            .formatted(store.head().runs().size(), merging ? ", merged as ingest does it" : ""),
        before);
    compact(store, runs * each);
    Through after = through(store, count);
    say("after compaction", after);
    say("times", before.times(after));
  }

  /**
   * Milliseconds.
   *
   * @param first a scan of all files by a reader opened anew, in a process that did so before
   * @param again a scan by a reader that goes on
   * @param lookup p50, as all that follow, by that reader
   * @param newLookup by readers opened anew, each for this one read
   */
  private record Through(
      Scan first, Scan again, double lookup, double listing, double newLookup, double newListing) {
    String times(Through other) {
      return "scan %.1f (CPU %.1f), again %.1f (CPU %.1f), lookup %.1f, listing %.1f; opened anew: lookup %.1f, listing %.1f"
          .formatted(
              first.clock() / other.first.clock(),
              first.cpu() / other.first.cpu(),
              again.clock() / other.again.clock(),
              again.cpu() / other.again.cpu(),
              lookup / other.lookup,
              listing / other.listing,
              newLookup / other.newLookup,
              newListing / other.newListing);
    }

    @Override
    public String toString() {
      return "scan %.0f ms (%.0f of its thread's CPU), again %.0f (%.0f), lookup p50 %.2f ms, listing p50 %.1f ms; opened anew: lookup p50 %.1f ms, listing p50 %.1f ms"
          .formatted(
              first.clock(),
              first.cpu(),
              again.clock(),
              again.cpu(),
              lookup,
              listing,
              newLookup,
              newListing);
    }
  }

  /** The best of some scans, each figure by itself: by the clock, and its thread's CPU. */
  private record Scan(double clock, double cpu) {
    static final Scan NONE = new Scan(Double.MAX_VALUE, Double.MAX_VALUE);

    Scan best(StoreReader reader, int count) throws IOException {
      long start = System.nanoTime();
      long cpuBefore = threadCpu();
      scan(reader, count);
      return new Scan(
          Math.min(clock, (System.nanoTime() - start) / 1e6),
          Math.min(cpu, (threadCpu() - cpuBefore) / 1e6));
    }
  }

  private Through through(TreeStore store, int count) throws Exception {
    Scan first = Scan.NONE;
    for (int i = 0; i < SCANS; i++) {
      try (StoreReader reader = StoreReader.open(store.drives(), store.head())) {
        first = first.best(reader, count);
      }
    }
    try (StoreReader reader = StoreReader.open(store.drives(), store.head())) {
      Scan again = Scan.NONE;
      for (int i = 0; i < 2 * SCANS; i++) {
        again = again.best(reader, count);
      }
      lookups(reader, count, 1_000);
      listings(reader, count, 100);
      return new Through(
          first,
          again,
          lookups(reader, count, 100).millis(0.5),
          listings(reader, count, 20).millis(0.5),
          cold(store, each -> stat(each, count)).millis(0.5),
          cold(store, 2 * SCANS, each -> list(each, count)).millis(0.5));
    }
  }

  private static void scan(StoreReader reader, int count) throws IOException {
    long found = 0;
    for (Iterator<?> all = reader.files(PathRange.ALL); all.hasNext(); found++) {
      all.next();
    }
    if (found != count) {
      throw new IllegalStateException("a scan lacks files");
    }
  }

  private static String perSecond(long count, long start) {
    double seconds = (System.nanoTime() - start) / 1e9;
    return String.format(Locale.ROOT, "%,.0f/s, %.1f s", count / seconds, seconds);
  }

  private static long threadCpu() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private static void resetPeak() {
    ManagementFactory.getMemoryPoolMXBeans().forEach(MemoryPoolMXBean::resetPeakUsage);
  }

  private static long peak() {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(pool -> pool.getType() == MemoryType.HEAP)
        .mapToLong(pool -> pool.getPeakUsage().getUsed())
        .sum();
  }

  private static void say(String what, Object figure) {
    System.out.printf("%-60s %s%n", what, figure);
  }
}
