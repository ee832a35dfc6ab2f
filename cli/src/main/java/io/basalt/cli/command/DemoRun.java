package io.basalt.cli.command;

import io.basalt.cli.DirectoryTree;
import io.basalt.cli.command.LocalFiles.LocalFile;
import io.basalt.cli.show.Bytes;
import io.basalt.cli.show.Progress;
import io.basalt.cli.supervisor.LocalState;
import io.basalt.cli.supervisor.Loopback;
import io.basalt.cli.supervisor.RemoteJobs;
import io.basalt.client.Acknowledged;
import io.basalt.client.BasaltClient;
import io.basalt.compaction.CompactionJob;
import io.basalt.compaction.CompactionReport;
import io.basalt.flink.BatchOptions;
import io.basalt.query.QueryJob;
import io.basalt.query.QueryOptions;
import io.basalt.query.QueryReport;
import io.basalt.storage.commit.Moment;
import io.basalt.storage.commit.Tags;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.verify.Verifier;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The steps of the demo on a store that runs. Files are told apart by the SHA-256 of what was sent.
 */
final class DemoRun {
  private static final int IDLE_WRITES = 200;
  private static final int IDLE_BYTES = 4096;
  private static final String TAG = "before";

  /** Of so many files one is changed or deleted, the oldest first. */
  private static final int CHANGED = 10;

  private final StoreConfig config;
  private final LocalState cluster;
  private final Path scratch;
  private final PrintWriter out;
  private final PrintWriter err;
  private final Map<String, String> sent = new LinkedHashMap<>();
  private final ConcurrentLinkedQueue<Long> loaded = new ConcurrentLinkedQueue<>();
  private final long[] idle = new long[IDLE_WRITES];

  DemoRun(StoreConfig config, LocalState cluster, Path scratch, PrintWriter out, PrintWriter err) {
    this.config = config;
    this.cluster = cluster;
    this.scratch = scratch;
    this.out = out;
    this.err = err;
  }

  DemoReport run(LocalFiles files) throws Exception {
    long nanos = ingest(files);
    ReadBack whole = readBack("all drives there", Moment.HEAD, sent);
    DemoPast past = lookBack();
    long problems = verify();
    DemoTiers tiers = DemoTiers.of(config);
    ReadBack damaged;
    String damage;
    try (DemoDamage inflicted = DemoDamage.inflict(config, tiers.stripes())) {
      damage = inflicted.toString();
      out.println(damage);
      damaged = readBack("with that damage", Moment.HEAD, sent);
    }
    return new DemoReport(
        files.files().size(),
        files.bytes(),
        nanos,
        loaded.stream().mapToLong(Long::longValue).toArray(),
        idle,
        tiers,
        problems,
        whole.different(),
        past,
        damage,
        damaged.different(),
        damaged.reconstructedBytes());
  }

  /** Files that came back wrong or not at all, and bytes that had to be computed. */
  private record ReadBack(long different, long reconstructedBytes) {}

  private long ingest(LocalFiles files) throws Exception {
    try (BasaltClient client = KafkaCheck.connect(config)) {
      Acknowledgements acknowledgements = new Acknowledgements(config, err, null);
      long started = System.nanoTime();
      try (Progress progress = Progress.start("ingest", files.bytes())) {
        List<CompletableFuture<Acknowledged>> writes = new ArrayList<>();
        for (LocalFile file : files.files()) {
          writes.add(send(client, file, progress));
        }
        for (CompletableFuture<Acknowledged> write : writes) {
          acknowledgements.await(write);
        }
      }
      long nanos = System.nanoTime() - started;
      byte[] small = new byte[IDLE_BYTES];
      for (int i = 0; i < IDLE_WRITES; i++) {
        long before = System.nanoTime();
        acknowledgements.await(client.put("/.demo-latency", small));
        idle[i] = System.nanoTime() - before;
      }
      acknowledgements.await(client.delete("/.demo-latency"));
      return nanos;
    }
  }

  /**
   * Tags the head, overwrites and deletes files, compacts, and reads the store as it was; then lets
   * the tag go, and what only the past held is freed.
   */
  private DemoPast lookBack() throws Exception {
    Map<String, String> before = Map.copyOf(sent);
    try (StoreCommits store = StoreCommits.open(config)) {
      long head = store.head().number();
      store.commit(Tags.tag(TAG, head));
      out.printf("tagged root %d as %s%n", head, TAG);
    }
    List<String> changed = sent.keySet().stream().limit(sent.size() / CHANGED + 1).toList();
    int deleted = change(changed);
    out.printf("overwrote %d files and deleted %d%n", changed.size() - deleted, deleted);
    CompactionReport compacted = compact();
    ReadBack then = readBack("as of tag " + TAG, Moment.root(TAG), before);
    try (StoreCommits store = StoreCommits.open(config)) {
      store.commit(Tags.untag(TAG));
    }
    CompactionReport freed = compact();
    return new DemoPast(
        changed.size() - deleted,
        deleted,
        compacted.leavesOut(),
        then.different(),
        freed.freedBytes());
  }

  /** Deletes every other of these files and overwrites the rest; how many it deleted. */
  private int change(List<String> paths) throws Exception {
    int deleted = 0;
    try (BasaltClient client = KafkaCheck.connect(config)) {
      Acknowledgements acknowledgements = new Acknowledgements(config, err, null);
      List<CompletableFuture<Acknowledged>> writes = new ArrayList<>();
      for (String path : paths) {
        if (writes.size() % 2 == 1) {
          writes.add(client.delete(path));
          sent.remove(path);
          deleted++;
        } else {
          byte[] content = ("overwritten: " + path).getBytes(StandardCharsets.UTF_8);
          writes.add(client.put(path, content));
          sent.put(path, Digests.of(content));
        }
      }
      for (CompletableFuture<Acknowledged> write : writes) {
        acknowledgements.await(write);
      }
    }
    return deleted;
  }

  private CompactionReport compact() throws Exception {
    CompactionReport report =
        CompactionJob.run(
            cluster(CompactionJob.settings()), new BatchOptions(config.file().toString(), 2));
    out.printf(
        "compacted: %d runs into %d leaves, freed %s%n",
        report.runsIn(), report.leavesOut(), Bytes.of(report.freedBytes()));
    return report;
  }

  private StreamExecutionEnvironment cluster(Configuration settings) {
    return RemoteJobs.environment(
        Loopback.HOST, cluster.restPort(), settings, RemoteJobs.Jars.ON_CLUSTER);
  }

  private CompletableFuture<Acknowledged> send(
      BasaltClient client, LocalFile file, Progress progress) throws IOException {
    MessageDigest digest = Digests.sha256();
    long before = System.nanoTime();
    try (InputStream in = new DigestInputStream(Files.newInputStream(file.local()), digest)) {
      CompletableFuture<Acknowledged> write = client.put(file.path(), in);
      sent.put(file.path(), Digests.hex(digest));
      return write.whenComplete(
          (done, failure) -> {
            loaded.add(System.nanoTime() - before);
            progress.add(file.bytes(), 1);
          });
    }
  }

  /** Reads the whole store through the query job and compares it with digests by path. */
  private ReadBack readBack(String when, Moment moment, Map<String, String> expected)
      throws Exception {
    Path target = Files.createTempDirectory(scratch, "read");
    QueryOptions options =
        new QueryOptions(
            config.file().toString(), List.of(), List.of("/"), target.toString(), moment, 2);
    QueryReport report = QueryJob.run(cluster(QueryJob.settings()), options);
    out.printf(
        "read back, %s: %d files, %s in %d ms by %d tasks%n",
        when, report.files(), Bytes.of(report.bytes()), report.millis(), report.subtasks());
    long different = Math.max(0, report.files() - expected.size());
    for (Map.Entry<String, String> file : expected.entrySet()) {
      Path copy = target.resolve(file.getKey().substring(1));
      if (!Files.isRegularFile(copy) || !Digests.of(copy).equals(file.getValue())) {
        err.println("different: " + file.getKey());
        different++;
      }
    }
    DirectoryTree.delete(target);
    return new ReadBack(different, report.reconstructedBytes());
  }

  private long verify() {
    try (DriveSet drives = DriveSet.open(config)) {
      var report = new Verifier(drives, config.rootCopies()).verify();
      report.problems().forEach(problem -> err.println("verify: " + problem));
      return report.problems().size();
    }
  }
}
