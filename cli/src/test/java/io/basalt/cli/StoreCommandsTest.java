package io.basalt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands of a store that runs, each against real Kafka and Flink processes. */
@Tag("integration")
@Timeout(240)
class StoreCommandsTest {
  private static final String TIME = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z";

  @TempDir static Path folder;
  private static RunningStore store;
  private static JsonNode drivesBeforeUp;

  @BeforeAll
  static void start() throws Exception {
    store = RunningStore.init(folder.resolve("store"), "--scm-size", "256MiB");
    String fifth = "drives:\n  - {id: scm-4, tier: scm, path: scm-4, enclosure: a, size: 256MiB}\n";
    // The schedule would end a compaction that a test runs.
    Files.writeString(
        store.config(),
        Files.readString(store.config())
            .replace("drives:\n", fifth)
            .replaceFirst("compaction: \\{interval: \\w+", "compaction: {interval: 1h"));
    drivesBeforeUp = store.run("drives", "--json").json();
    store.up();
  }

  @AfterAll
  static void stop() {
    if (store != null) {
      verifyIsClean();
      store.close();
    }
  }

  private static void verifyIsClean() {
    JsonNode verified = store.run("verify", "--json").json();
    assertThat(verified.path("ok").isBoolean()).isTrue();
    assertThat(verified.path("ok").asBoolean()).isTrue();
    assertThat(verified.path("problems").isArray()).isTrue();
    assertThat(verified.path("problems")).isEmpty();
    assertThat(verified.path("checked").isObject()).isTrue();
    assertThat(verified.path("checked").path("files").asLong()).isPositive();
  }

  @Test
  void initAndUpEndWithTheNextCommandAndAKcatLine() throws Exception {
    String bootstrap = store.status().path("bootstrap").asText();
    String kcat =
        "kcat -P -b %s -t basalt.writes -X topic.partitioner=murmur2_random -k"
            .formatted(bootstrap);
    assertThat(store.initOutcome().out())
        .contains("next:  basalt -c " + store.config() + " up", kcat);
    assertThat(store.upOutcome().out())
        .contains("next:  basalt -c " + store.config() + " put FILE /PATH", kcat);
    assertThat(store.run("up").done().out()).contains("already up: Kafka at " + bootstrap);
  }

  @Test
  void statusIsOneDocument() {
    JsonNode status = store.status();
    assertThat(names(status))
        .contains("bootstrap", "flink", "ingest", "root", "lag", "waiting", "jobs");
    assertThat(status.path("bootstrap").asText()).matches("127\\.0\\.0\\.1:\\d+");
    assertThat(status.path("flink").asText()).matches("127\\.0\\.0\\.1:\\d+");
    assertThat(status.path("root").isIntegralNumber()).isTrue();
    assertThat(status.path("lag").isIntegralNumber()).isTrue();
    assertThat(names(status.path("jobs"))).containsExactlyInAnyOrder("migrate", "compact");
    for (JsonNode job : status.path("jobs")) {
      assertThat(names(job)).containsExactlyInAnyOrder("last", "next", "problem");
    }
    assertThat(store.run("status").done().out()).contains("ingest", "taskmanager");
  }

  @Test
  void aFileComesBackByteForByte() throws Exception {
    byte[] bytes = random(3 << 20);
    Path local = Files.write(folder.resolve("three-mebibytes"), bytes);

    JsonNode put = store.run("put", local.toString(), "/whole/file", "--json").json();

    assertThat(put.path("path").asText()).isEqualTo("/whole/file");
    assertThat(put.path("bytes").asLong()).isEqualTo(bytes.length);
    assertThat(put.path("root").asLong()).isPositive();
    assertThat(put.path("millis").isIntegralNumber()).isTrue();
    Path copy = folder.resolve("copy");
    store.run("get", "/whole/file", copy.toString()).done();
    assertThat(copy).hasBinaryContent(bytes);
    Path directory = Files.createDirectories(folder.resolve("into"));
    store.run("get", "/whole/file", directory.toString()).done();
    assertThat(directory.resolve("file")).hasBinaryContent(bytes);
    assertThat(directory).isDirectoryNotContaining("glob:**.basalt-*");
  }

  @Test
  void aRangeEndsBeforeItsSecondNumber() throws Exception {
    byte[] bytes = random(1_500_000);
    put("/ranges/file", bytes);
    for (int[] range : new int[][] {{0, 1}, {524_287, 524_289}, {1_499_999, 1_500_000}, {7, 7}}) {
      Path part = folder.resolve("part-" + range[0]);
      store
          .run("get", "/ranges/file", part.toString(), "--range", range[0] + "-" + range[1])
          .done();
      assertThat(part).hasBinaryContent(Arrays.copyOfRange(bytes, range[0], range[1]));
    }
    assertThat(
            store
                .run("get", "/ranges/file", folder.resolve("no").toString(), "--range", "0-1500001")
                .failure())
        .isEqualTo("/ranges/file has 1500000 bytes, so it has no range 0-1500001");
    assertThat(folder.resolve("no")).doesNotExist();
    assertThat(store.run("get", "/ranges/file", "x", "--range", "9-5").badUsage())
        .contains("'9-5' is not a range such as 0-4096");
  }

  @Test
  void inputAndOutputArePipes() throws Exception {
    byte[] bytes = random(700_001);
    store.process(bytes, "put", "-", "/pipes/file").done();
    Outcome got = store.process(new byte[0], "get", "/pipes/file", "-").done();
    assertThat(got.out().getBytes(StandardCharsets.ISO_8859_1)).isEqualTo(bytes);
    assertThat(got.err()).isEmpty();
    Outcome missing = store.process(new byte[0], "get", "/pipes/other", "-");
    assertThat(missing.failure()).isEqualTo("there is no file /pipes/other");
    assertThat(missing.out()).isEmpty();
  }

  @Test
  void aNamedPipeIsWrittenToAndReadAndNotReplaced() throws Exception {
    byte[] bytes = random(700_001);
    Path in = folder.resolve("pipe-in");
    Path out = folder.resolve("pipe-out");
    for (Path pipe : List.of(in, out)) {
      assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    }
    CompletableFuture<Path> writer = CompletableFuture.supplyAsync(() -> write(in, bytes));
    store.run("put", in.toString(), "/pipes/named").done();
    writer.join();
    CompletableFuture<byte[]> reader = CompletableFuture.supplyAsync(() -> read(out));
    assertThat(store.run("get", "/pipes/named", out.toString()).done().out()).isEmpty();
    assertThat(reader.join()).isEqualTo(bytes);
    store.run("get", "/pipes/named", "/dev/null").done();
    for (Path kept : List.of(in, out, Path.of("/dev/null"))) {
      assertThat(Files.readAttributes(kept, BasicFileAttributes.class).isOther()).isTrue();
    }
  }

  @Test
  void whatALinkLeadsToIsReplacedAndTheLinkStays() throws Exception {
    store.process(random(1_000), "put", "-", "/linked").done();
    Path file = Files.write(folder.resolve("led-to"), random(5));
    Path link = Files.createSymbolicLink(folder.resolve("link"), file);
    store.run("get", "/linked", link.toString()).done();
    assertThat(link).isSymbolicLink();
    assertThat(file).hasSize(1_000);
  }

  private static Path write(Path to, byte[] bytes) {
    try {
      return Files.write(to, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] read(Path from) {
    try {
      return Files.readAllBytes(from);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void anEmptyFileIsAFile() throws Exception {
    put("/empty/file", new byte[0]);
    JsonNode stat = store.run("stat", "/empty/file", "--json").json();
    assertThat(stat.path("bytes").asLong()).isZero();
    Path copy = folder.resolve("empty-copy");
    store.run("get", "/empty/file", copy.toString()).done();
    assertThat(copy).isEmptyFile();
  }

  @Test
  void aDirectoryIsPutListedAndRemoved() throws Exception {
    Path tree = folder.resolve("tree");
    Files.createDirectories(tree.resolve("b/c"));
    Files.writeString(tree.resolve("a.txt"), "a");
    Files.writeString(tree.resolve("b/b.txt"), "bb");
    Files.writeString(tree.resolve("b/c/ä b.txt"), "ccc");
    Files.createSymbolicLink(tree.resolve("link"), tree.resolve("a.txt"));

    Outcome outcome = store.run("put", "-r", tree.toString(), "/tree", "--json").done();
    assertThat(outcome.err().lines())
        .contains("skipped 1 links and other entries that are no files");
    JsonNode put = outcome.json();
    assertThat(put.path("bytes").asLong()).isEqualTo(6);
    assertThat(put.path("path").asText()).isEqualTo("/tree");

    JsonNode children = store.run("ls", "/tree", "--json").json();
    assertThat(children.isArray()).isTrue();
    assertThat(paths(children)).containsExactly("/tree/a.txt", "/tree/b");
    assertThat(children.get(0).path("type").asText()).isEqualTo("file");
    assertThat(children.get(0).path("bytes").asLong()).isEqualTo(1);
    assertThat(children.get(0).path("modified").asText()).matches(TIME);
    assertThat(children.get(1).path("type").asText()).isEqualTo("directory");
    assertThat(paths(store.run("ls", "-R", "/tree", "--json").json()))
        .containsExactly("/tree/a.txt", "/tree/b/b.txt", "/tree/b/c/ä b.txt");
    assertThat(store.run("ls", "/tree").done().out().lines())
        .containsExactly("/tree/a.txt", "/tree/b/");
    assertThat(store.run("ls", "-l", "/tree").done().out().lines())
        .satisfiesExactly(
            heading -> assertThat(heading).matches(" +SIZE  MODIFIED +PATH"),
            file -> assertThat(file).matches(" +1 B  " + TIME + " +/tree/a\\.txt"),
            directory -> assertThat(directory).matches(" +-  - +/tree/b/"));
    assertThat(paths(store.run("ls", "--json").json())).contains("/tree");
    assertThat(store.run("ls", "/tree/none").failure())
        .isEqualTo("there is no file or directory /tree/none");

    assertThat(store.run("rm", "/tree/b").failure())
        .isEqualTo("/tree/b is a directory: rm -r deletes all its files");
    store.run("rm", "/tree/a.txt").done();
    assertThat(store.run("rm", "/tree/a.txt").failure()).isEqualTo("there is no file /tree/a.txt");
    store.run("rm", "-r", "/tree").done();
    assertThat(store.run("ls", "/tree").failure()).contains("/tree");
  }

  @Test
  void statCountsExtentsByTier() throws Exception {
    put("/stat/file", random(600_000));
    JsonNode stat = store.run("stat", "/stat/file", "--json").json();
    assertThat(stat.path("path").asText()).isEqualTo("/stat/file");
    assertThat(stat.path("type").asText()).isEqualTo("file");
    assertThat(stat.path("bytes").asLong()).isEqualTo(600_000);
    assertThat(stat.path("modified").asText()).matches(TIME);
    assertThat(stat.path("extents").path("scm").asInt()).isGreaterThanOrEqualTo(3);
    assertThat(stat.path("extents").path("capacity").asInt()).isZero();
    assertThat(store.run("stat", "/stat/file").done().out()).contains("600000 bytes");
    assertThat(store.run("stat", "/stat").failure()).isEqualTo("there is no file /stat");
  }

  @Test
  void earlierRootsCanBeRead() throws Exception {
    long first = put("/versions/file", "one".getBytes(StandardCharsets.UTF_8));
    put("/versions/file", "two".getBytes(StandardCharsets.UTF_8));
    JsonNode roots = store.run("roots", "--json").json();
    String at = null;
    for (JsonNode root : roots) {
      assertThat(root.path("root").isIntegralNumber()).isTrue();
      assertThat(root.path("at").asText()).matches(TIME);
      at = root.path("root").asLong() == first ? root.path("at").asText() : at;
    }
    assertThat(at).as("time of root %d", first).isNotNull();
    assertThat(get("/versions/file")).isEqualTo("two");
    assertThat(get("/versions/file", "--root", Long.toString(first))).isEqualTo("one");
    assertThat(get("/versions/file", "--as-of", at)).isEqualTo("one");
    assertThat(get("/versions/file", "--as-of", Instant.now().toString())).isEqualTo("two");
    assertThat(store.run("get", "/versions/file", "x", "--root", "999999").failure())
        .isEqualTo("root 999999 is not kept: choose one of basalt roots");
    assertThat(store.run("get", "/versions/file", "x", "--as-of", "2001-01-01T00:00:00Z").failure())
        .contains("no root is kept from 2001-01-01T00:00:00Z");
    assertThat(store.run("get", "/versions/file", "x", "--as-of", "yesterday").badUsage())
        .contains("2026-01-31T12:00:00Z");
  }

  @Test
  void aPathMayBeLongAndOfAnyScript() throws Exception {
    String longest = "/paths/" + "🌋".repeat(1022) + "y";
    List<String> paths =
        List.of("/paths/z", "/paths/\u00e9", "/paths/\uffff", "/paths/👨‍👩‍👧‍👦", longest);
    for (String path : paths) {
      put(path, path.getBytes(StandardCharsets.UTF_8));
    }
    store.run("compact").done();
    for (String path : paths) {
      assertThat(get(path)).isEqualTo(path);
    }
    // By bytes, so what lies outside the first plane comes after all that lies in it.
    assertThat(store.run("ls", "/paths", "--json").json().findValuesAsText("path"))
        .containsExactly(
            "/paths/z", "/paths/\u00e9", "/paths/\uffff", longest, "/paths/👨‍👩‍👧‍👦");
    assertThat(store.run("stat", longest + "y").failure()).contains("4096");
  }

  @Test
  void aTagNamesARootForEveryCommandThatReads() throws Exception {
    long first = put("/tags/file", "one".getBytes(StandardCharsets.UTF_8));
    assertThat(store.run("tag", "before", "--root", "" + first).done().out().strip())
        .isEqualTo("tag before is root " + first);
    assertThat(store.run("tag", "before", "--root", "" + first, "--json").json().path("root"))
        .hasToString("" + first);
    long second = put("/tags/file", "three".getBytes(StandardCharsets.UTF_8));
    put("/tags/later", new byte[10]);
    assertThat(store.run("tag", "before", "--root", "" + second).failure())
        .isEqualTo(
            "tag before stands for root %d: remove it first with basalt untag before"
                .formatted(first));
    assertThat(store.run("tag", "now").done().out()).startsWith("tag now is root ");

    assertThat(get("/tags/file", "--root", "before")).isEqualTo("one");
    assertThat(store.run("ls", "/tags", "--root", "before").done().out().strip())
        .isEqualTo("/tags/file");
    assertThat(store.run("stat", "/tags/file", "--root", "before", "--json").json().path("bytes"))
        .hasToString("3");
    assertThat(store.run("stat", "/tags/later", "--root", "before").failure())
        .isEqualTo("there is no file /tags/later");
    JsonNode diff = store.run("diff", "before", "now", "--json").json();
    assertThat(diff.findValuesAsText("path")).contains("/tags/file", "/tags/later");
    Path to = folder.resolve("tagged");
    store.run("query", "--prefix", "/tags", "--to", "" + to, "--root", "before").done();
    assertThat(to.resolve("tags/file")).hasContent("one");
    assertThat(to.resolve("tags/later")).doesNotExist();

    String at = null;
    for (JsonNode root : store.run("roots", "--json").json()) {
      if (root.path("root").asLong() == first) {
        assertThat(root.path("tags")).hasToString("[\"before\"]");
        at = root.path("at").asText();
      }
    }
    assertThat(at).as("the time of root %d", first).isNotNull();
    assertThat(store.run("ls", "/tags", "--as-of", at).done().out().strip())
        .isEqualTo("/tags/file");
    assertThat(store.run("stat", "/tags/file", "--as-of", at, "--json").json().path("bytes"))
        .hasToString("3");
    Path then = folder.resolve("then");
    store.run("query", "--path", "/tags/file", "--to", "" + then, "--as-of", at).done();
    assertThat(then.resolve("tags/file")).hasContent("one");
    assertThat(store.run("ls", "/tags", "--as-of", at, "--root", "before").badUsage())
        .contains("mutually exclusive");

    assertThat(store.run("untag", "before").done().out().strip()).isEqualTo("removed tag before");
    assertThat(store.run("get", "/tags/file", "x", "--root", "before").failure())
        .isEqualTo("there is no tag before: basalt roots lists the tags");
    assertThat(store.run("untag", "before").failure())
        .isEqualTo("there is no tag before: basalt roots lists the tags");
    assertThat(store.run("tag", "7").failure()).endsWith("and not '7'");
    assertThat(store.run("tag", "none", "--root", "999999").failure())
        .isEqualTo("root 999999 is not kept: choose one of basalt roots");
  }

  @Test
  void orphansAreListedAndNothingElseIsDeleted() throws Exception {
    put("/orphans/file", "kept".getBytes(StandardCharsets.UTF_8));
    Path drive = store.directory().resolve("scm-1");
    long head = store.run("status", "--json").json().path("root").asLong();
    Path orphan = drive.resolve("roots/root-000000000000");
    Path pending = drive.resolve("segments/%d-00000000000000ee-0-0".formatted(head + 1_000_000));
    Path foreign = drive.resolve("notes.txt");
    for (Path planted : List.of(orphan, pending, foreign)) {
      // Chance may have put no segment on this drive.
      Files.createDirectories(planted.getParent());
      Files.write(planted, new byte[1000]);
    }

    JsonNode found = store.run("orphans", "--json").json();
    assertThat(names(found)).containsExactly("root", "classes", "orphans", "deleted");
    assertThat(names(found.path("classes")))
        .containsExactly("live", "pending", "orphan", "foreign");
    assertThat(found.path("classes").path("live").path("files").asLong()).isPositive();
    assertThat(found.path("classes").path("foreign").path("bytes").asLong()).isEqualTo(1000);
    assertThat(found.path("orphans").findValuesAsText("file"))
        .contains("roots/root-000000000000")
        .doesNotContain("notes.txt", "segments/" + pending.getFileName());
    assertThat(orphan).exists();

    assertThat(store.run("orphans", "--delete").done().out())
        .contains("roots/root-000000000000", "deleted ");
    assertThat(orphan).doesNotExist();
    assertThat(pending).exists();
    assertThat(foreign).exists();
    Files.delete(pending);
    Files.delete(foreign);
    assertThat(get("/orphans/file")).isEqualTo("kept");
    assertThat(store.run("verify", "--json").json().path("ok").asBoolean()).isTrue();
  }

  @Test
  void compactMergesTheTreeAndEarlierRootsStayReadable() throws Exception {
    long first = put("/compact/file", "one".getBytes(StandardCharsets.UTF_8));
    long second = put("/compact/file", "three".getBytes(StandardCharsets.UTF_8));
    JsonNode plan = store.run("compact", "--dry-run", "--json").json();
    assertThat(names(plan))
        .containsExactlyInAnyOrder(
            "root",
            "runs",
            "leaves",
            "stretches",
            "expiredRoots",
            "freedSegments",
            "sparse",
            "givesBackBytes",
            "whyNotMore");
    assertThat(plan.path("stretches").asLong()).isPositive();
    assertThat(store.run("compact", "--dry-run").done().out()).startsWith("would merge");

    JsonNode report = store.run("compact", "--json").json();
    assertThat(names(report))
        .containsExactlyInAnyOrder("root", "runsIn", "leavesOut", "rewrittenBytes", "freedBytes");
    assertThat(report.path("leavesOut").asLong()).isPositive();
    assertThat(report.path("rewrittenBytes").asLong()).isPositive();
    assertThat(get("/compact/file")).isEqualTo("three");
    assertThat(get("/compact/file", "--root", Long.toString(first))).isEqualTo("one");
    assertThat(store.run("compact").done().out()).startsWith("merged ");

    JsonNode diff = store.run("diff", "" + first, "" + second, "--json").json();
    assertThat(diff).hasSize(1);
    assertThat(diff.get(0).path("path").asText()).isEqualTo("/compact/file");
    assertThat(diff.get(0).path("change").asText()).isEqualTo("changed");
    assertThat(diff.get(0).path("bytesBefore").asLong()).isEqualTo(3);
    assertThat(diff.get(0).path("bytesAfter").asLong()).isEqualTo(5);
    assertThat(store.run("diff", "" + second, "" + second).done().out().lines()).hasSize(1);
    assertThat(store.run("diff", "" + first, "999999").failure()).contains("is not kept");
  }

  @Test
  void aCatalogueCountsWhatAListingShows() throws Exception {
    put("/catalogue/file", new byte[1234]);
    Path target = folder.resolve("catalogue");

    JsonNode written = store.run("catalog", "--to", target.toString(), "--json").json();

    JsonNode files = store.run("ls", "-R", "--json", "/").json();
    long bytes = 0;
    for (JsonNode file : files) {
      bytes += file.path("bytes").asLong();
    }
    assertThat(written.path("files").asLong()).isEqualTo(files.size());
    assertThat(written.path("bytes").asLong()).isEqualTo(bytes);
    assertThat(target.resolve("files/part-00000.parquet")).isNotEmptyFile();
    assertThat(target.resolve("extents/part-00000.parquet")).isNotEmptyFile();
    assertThat(store.run("catalog", "--to", target.toString()).failure())
        .isEqualTo(target + " is not an empty directory: name a new one");
  }

  @Test
  void dfAndDrivesCountBytes() throws Exception {
    put("/df/file", random(100_000));
    JsonNode df = store.run("df", "--json").json();
    assertThat(df).hasSize(2);
    JsonNode scm = df.get(0);
    assertThat(scm.path("tier").asText()).isEqualTo("scm");
    assertThat(df.get(1).path("tier").asText()).isEqualTo("capacity");
    assertThat(scm.path("sizeBytes").asLong()).isEqualTo(5L * (256 << 20));
    assertThat(scm.path("usedBytes").asLong()).isPositive();
    assertThat(scm.path("liveBytes").asLong()).isGreaterThanOrEqualTo(100_000);
    assertThat(scm.path("metadataBytes").asLong()).isPositive();
    assertThat(scm.path("metadataShare").asDouble()).isBetween(0.0, 1.0);
    assertThat(scm.path("reserveBytes").asLong()).isEqualTo(5L * 13_421_773);
    assertThat(scm.path("pastReserveBytes").asLong()).isZero();
    assertThat(store.run("df").done().out().lines()).hasSize(3);

    JsonNode drives = store.run("drives", "--json").json();
    assertThat(drives).hasSize(11);
    JsonNode drive = drives.get(0);
    assertThat(names(drive))
        .containsExactly("id", "tier", "path", "enclosure", "state", "sizeBytes", "usedBytes");
    assertThat(drive.path("id").asText()).isEqualTo("scm-4");
    assertThat(drive.path("state").asText()).isEqualTo("ok");
    assertThat(drive.path("sizeBytes").asLong()).isEqualTo(256 << 20);
    assertThat(Path.of(drive.path("path").asText())).isDirectory();
    assertThat(store.run("drives").done().out().lines()).hasSize(12);
  }

  @Test
  void metadataThatHasOutgrownTheReserveIsNamed() throws Exception {
    assertThat(store.status().path("warnings")).isEmpty();
    Path run = store.directory().resolve("scm-2/runs/999999999-00000000000000dd-0.parquet");
    Files.createDirectories(run.getParent());
    Files.write(run, new byte[14 << 20]);
    try {
      assertThat(store.run("df", "--json").json().get(0).path("pastReserveBytes").asLong())
          .isBetween(1L << 20, 2L << 20);
      String warning = "metadata on drive scm-2 takes";
      assertThat(store.run("df").done().err()).contains(warning);
      assertThat(store.status().path("warnings").path(0).asText()).startsWith(warning);
      assertThat(store.run("status").done().out()).contains(warning);
    } finally {
      Files.delete(run);
    }
  }

  @Test
  void aQueryWritesFilesAndSaysHowMany() throws Exception {
    byte[] large = random(2_000_000);
    put("/query/large", large);
    put("/query/deep/small", "small".getBytes(StandardCharsets.UTF_8));
    Path to = folder.resolve("queried");

    JsonNode report =
        store.run("query", "--prefix", "/query", "--to", to.toString(), "--json").json();

    assertThat(report.path("files").asLong()).isEqualTo(2);
    assertThat(report.path("bytes").asLong()).isEqualTo(2_000_005);
    assertThat(to.resolve("query/large")).hasBinaryContent(large);
    assertThat(to.resolve("query/deep/small")).hasContent("small");
    assertThat(store.run("query", "--to", to.toString()).badUsage())
        .contains("give a --path or a --prefix");
    assertThat(
            store
                .run("query", "--path", "/query/none", "--to", folder.resolve("q2").toString())
                .failure())
        .isEqualTo("/query/none: there is no such file or directory at this root");
  }

  @Test
  void aStoppedIngestWaitsInKafkaAndGoesOn() throws Exception {
    try {
      stopAndGoOn();
    } finally {
      store.run("ingest").done();
    }
  }

  private static void stopAndGoOn() throws Exception {
    assertThat(store.run("ingest", "--stop").done().out()).contains("ingest is stopped");
    JsonNode stopped = store.status();
    assertThat(stopped.path("ingest").asText()).isEqualTo("stopped");
    assertThat(stopped.path("waiting").asText()).contains("basalt ingest starts it");
    Path local = Files.writeString(folder.resolve("late"), "late");
    Outcome put = store.run("put", local.toString(), "/late/file", "--timeout", "2s");
    assertThat(put.err()).contains("waiting: ingest is stopped");
    assertThat(put.failure())
        .isEqualTo(
            "not acknowledged after 2s, but safe in Kafka and applied later: "
                + "ingest is stopped; basalt ingest starts it");
    assertThat(store.status().path("lag").asLong()).isPositive();

    assertThat(store.run("ingest").done().out()).contains("ingest is running");
    store.await("no lag", status -> status.path("lag").asLong(-1) == 0);
    assertThat(get("/late/file")).isEqualTo("late");
  }

  @Test
  void aDriveThatWasAddedToTheFileJoinsWithTheFirstJob() {
    assertThat(state(drivesBeforeUp, "scm-4")).isEqualTo("new: the next job that commits adds it");
    assertThat(state(store.run("drives", "--json").json(), "scm-4")).isEqualTo("ok");
    assertThat(store.directory().resolve("scm-4/basalt-label.json")).isRegularFile();
  }

  private static String state(JsonNode drives, String id) {
    for (JsonNode drive : drives) {
      if (drive.path("id").asText().equals(id)) {
        return drive.path("state").asText();
      }
    }
    throw new AssertionError("no drive " + id + " in " + drives);
  }

  @Test
  void logsShowTheLastLinesOfAProcess() {
    assertThat(store.run("logs", "taskmanager", "-n", "3").done().out().lines())
        .hasSizeBetween(2, 8)
        .anyMatch(line -> line.startsWith("== ") && line.endsWith("taskmanager.log"));
    assertThat(store.run("logs").done().out())
        .contains("supervisor.log", "kafka.log", "jobmanager.log");
    assertThat(store.run("logs", "zookeeper").badUsage())
        .startsWith("there is no process zookeeper");
    assertThat(store.run("logs", "-n", "-1").badUsage()).startsWith("-n is -1 and must be");
  }

  @Test
  void aQueryRunsOnTheClusterThatIsNamed() throws Exception {
    put("/target/file", random(10_000));
    String flink = store.status().path("flink").asText();
    Path to = folder.resolve("target");
    JsonNode report =
        store
            .run("query", "--path", "/target/file", "--to", to + "", "--target", flink, "--json")
            .json();
    assertThat(report.path("files").asLong()).isEqualTo(1);
    assertThat(to.resolve("target/file")).hasBinaryContent(random(10_000));
    assertThat(store.run("ingest", "--target", flink).done().out())
        .contains("of http://" + flink + " already");
    JsonNode status = store.run("status", "--target", flink, "--json").json();
    assertThat(status.path("flink").asText()).isEqualTo(flink);
    assertThat(status.path("ingest").asText()).isEqualTo("running");
    assertThat(status.path("waiting").isNull()).isTrue();
    assertThat(status.path("lag").isIntegralNumber()).isTrue();
    assertThat(names(status.path("jobs"))).containsExactlyInAnyOrder("migrate", "compact");
  }

  @Test
  void aClusterThatDoesNotAnswerIsNamed() {
    for (String[] command :
        new String[][] {
          {"ingest", "--target", "127.0.0.1:1"},
          {"ingest", "--stop", "--target", "127.0.0.1:1"},
          {"status", "--target", "127.0.0.1:1"},
          {
            "query",
            "--path",
            "/a",
            "--to",
            folder.resolve("q3").toString(),
            "--target",
            "127.0.0.1:1"
          }
        }) {
      assertThat(store.run(command).failure()).startsWith("no Flink answers at 127.0.0.1:1: ");
    }
    assertThat(store.run("ingest", "--target", "nowhere").badUsage())
        .contains("--target is 'nowhere' and must be HOST:PORT");
  }

  @Test
  void theArbiterIsNotRepairedUnderARunningIngest() {
    assertThat(store.run("repair-arbiter").failure()).startsWith("ingest runs: stop it first with");
  }

  @Test
  void theTreeIsNotMadeAnewUnderARunningIngest() {
    assertThat(store.run("rebuild").failure()).startsWith("ingest runs: stop it first with");
  }

  @Test
  void theEnvironmentNamesTheConfiguration() {
    Map<String, String> environment = Map.of("BASALT_CONFIG", store.config().toString());
    assertThat(Commands.run(environment, "drives", "--json").json()).hasSize(11);
  }

  @Test
  void topicsThatNobodyMadeAreNamed() throws Exception {
    Path other =
        Files.writeString(
            folder.resolve("store/other.yaml"),
            Files.readString(store.config()).replace("basalt.writes", "none.writes"));
    String bootstrap = store.status().path("bootstrap").asText();
    assertThat(Commands.run("put", other.toString(), "/x", "-c", other.toString()).failure())
        .startsWith("Kafka at " + bootstrap + " has no topic none.writes yet: ingest creates it");
  }

  @Test
  void aPathThatIsNoneIsRefusedBeforeAnythingIsSent() throws Exception {
    Path local = Files.writeString(folder.resolve("some"), "some");
    for (String path : List.of("relative", "/a//b", "/a/../b", "/a/")) {
      assertThat(store.run("put", local.toString(), path).failure())
          .startsWith("'" + path + "' is no path of a store: path ");
    }
    assertThat(store.run("put", folder.resolve("none").toString(), "/x").failure())
        .isEqualTo("there is no file " + folder.resolve("none"));
    assertThat(store.run("put", folder.toString(), "/x").failure())
        .contains("is a directory: put -r stores all its files");
  }

  private static long put(String path, byte[] bytes) throws Exception {
    Path local = Files.createTempFile(folder, "put", "");
    Files.write(local, bytes);
    return store.run("put", local.toString(), path, "--json").json().path("root").asLong();
  }

  private static String get(String path, String... options) throws Exception {
    Path local = Files.createTempFile(folder, "get", "");
    List<String> arguments = new ArrayList<>(List.of("get", path, local.toString()));
    arguments.addAll(List.of(options));
    store.run(arguments.toArray(String[]::new)).done();
    return Files.readString(local);
  }

  private static List<String> paths(JsonNode entries) {
    List<String> paths = new ArrayList<>();
    entries.forEach(entry -> paths.add(entry.path("path").asText()));
    return paths;
  }

  private static List<String> names(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }
}
