package io.basalt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Commands about earlier roots of a store that runs, and about what is merged and freed. */
interface RootCommands {
  RunningStore store();

  /** For what the commands read and write. */
  Path folder();

  @Test
  default void earlierRootsCanBeRead() throws Exception {
    long first = store().put("/versions/file", "one".getBytes(StandardCharsets.UTF_8));
    store().put("/versions/file", "two".getBytes(StandardCharsets.UTF_8));
    JsonNode roots = store().run("roots", "--json").json();
    String at = null;
    for (JsonNode root : roots) {
      assertThat(root.path("root").isIntegralNumber()).isTrue();
      assertThat(root.path("at").asText()).matches(Outcome.TIME);
      at = root.path("root").asLong() == first ? root.path("at").asText() : at;
    }
    assertThat(at).as("time of root %d", first).isNotNull();
    assertThat(store().get("/versions/file")).isEqualTo("two");
    assertThat(store().get("/versions/file", "--root", Long.toString(first))).isEqualTo("one");
    assertThat(store().get("/versions/file", "--as-of", at)).isEqualTo("one");
    assertThat(store().get("/versions/file", "--as-of", Instant.now().toString())).isEqualTo("two");
    assertThat(store().run("get", "/versions/file", "x", "--root", "999999").failure())
        .isEqualTo("root 999999 is not kept: choose one of basalt roots");
    assertThat(
            store().run("get", "/versions/file", "x", "--as-of", "2001-01-01T00:00:00Z").failure())
        .contains("no root is kept from 2001-01-01T00:00:00Z");
    assertThat(store().run("get", "/versions/file", "x", "--as-of", "yesterday").badUsage())
        .contains("2026-01-31T12:00:00Z");
  }

  @Test
  default void aTagNamesARootForEveryCommandThatReads() throws Exception {
    long first = store().put("/tags/file", "one".getBytes(StandardCharsets.UTF_8));
    assertThat(store().run("tag", "before", "--root", "" + first).done().out().strip())
        .isEqualTo("tag before is root " + first);
    assertThat(store().run("tag", "before", "--root", "" + first, "--json").json().path("root"))
        .hasToString("" + first);
    long second = store().put("/tags/file", "three".getBytes(StandardCharsets.UTF_8));
    store().put("/tags/later", new byte[10]);
    assertThat(store().run("tag", "before", "--root", "" + second).failure())
        .isEqualTo(
            "tag before stands for root %d: remove it first with basalt untag before"
                .formatted(first));
    assertThat(store().run("tag", "now").done().out()).startsWith("tag now is root ");

    assertThat(store().get("/tags/file", "--root", "before")).isEqualTo("one");
    assertThat(store().run("ls", "/tags", "--root", "before").done().out().strip())
        .isEqualTo("/tags/file");
    assertThat(store().run("stat", "/tags/file", "--root", "before", "--json").json().path("bytes"))
        .hasToString("3");
    assertThat(store().run("stat", "/tags/later", "--root", "before").failure())
        .isEqualTo("there is no file /tags/later");
    JsonNode diff = store().run("diff", "before", "now", "--json").json();
    assertThat(diff.findValuesAsText("path")).contains("/tags/file", "/tags/later");
    Path to = folder().resolve("tagged");
    store().run("query", "--prefix", "/tags", "--to", "" + to, "--root", "before").done();
    assertThat(to.resolve("tags/file")).hasContent("one");
    assertThat(to.resolve("tags/later")).doesNotExist();

    String at = null;
    for (JsonNode root : store().run("roots", "--json").json()) {
      if (root.path("root").asLong() == first) {
        assertThat(root.path("tags")).hasToString("[\"before\"]");
        at = root.path("at").asText();
      }
    }
    assertThat(at).as("the time of root %d", first).isNotNull();
    assertThat(store().run("ls", "/tags", "--as-of", at).done().out().strip())
        .isEqualTo("/tags/file");
    assertThat(store().run("stat", "/tags/file", "--as-of", at, "--json").json().path("bytes"))
        .hasToString("3");
    Path then = folder().resolve("then");
    store().run("query", "--path", "/tags/file", "--to", "" + then, "--as-of", at).done();
    assertThat(then.resolve("tags/file")).hasContent("one");
    assertThat(store().run("ls", "/tags", "--as-of", at, "--root", "before").badUsage())
        .contains("mutually exclusive");

    assertThat(store().run("untag", "before").done().out().strip()).isEqualTo("removed tag before");
    assertThat(store().run("get", "/tags/file", "x", "--root", "before").failure())
        .isEqualTo("there is no tag before: basalt roots lists the tags");
    assertThat(store().run("untag", "before").failure())
        .isEqualTo("there is no tag before: basalt roots lists the tags");
    assertThat(store().run("tag", "7").failure()).endsWith("and not '7'");
    assertThat(store().run("tag", "none", "--root", "999999").failure())
        .isEqualTo("root 999999 is not kept: choose one of basalt roots");
  }

  @Test
  default void orphansAreListedAndNothingElseIsDeleted() throws Exception {
    store().put("/orphans/file", "kept".getBytes(StandardCharsets.UTF_8));
    Path drive = store().directory().resolve("scm-1");
    long head = store().run("status", "--json").json().path("root").asLong();
    Path orphan = drive.resolve("roots/root-000000000000");
    Path pending = drive.resolve("segments/%d-00000000000000ee-0-0".formatted(head + 1_000_000));
    Path foreign = drive.resolve("notes.txt");
    for (Path planted : List.of(orphan, pending, foreign)) {
      // Chance may have put no segment on this drive.
      Files.createDirectories(planted.getParent());
      Files.write(planted, new byte[1000]);
    }

    JsonNode found = store().run("orphans", "--json").json();
    assertThat(Outcome.names(found)).containsExactly("root", "classes", "orphans", "deleted");
    assertThat(Outcome.names(found.path("classes")))
        .containsExactly("live", "pending", "orphan", "foreign");
    assertThat(found.path("classes").path("live").path("files").asLong()).isPositive();
    assertThat(found.path("classes").path("foreign").path("bytes").asLong()).isEqualTo(1000);
    assertThat(found.path("orphans").findValuesAsText("file"))
        .contains("roots/root-000000000000")
        .doesNotContain("notes.txt", "segments/" + pending.getFileName());
    assertThat(orphan).exists();

    assertThat(store().run("orphans", "--delete").done().out())
        .contains("roots/root-000000000000", "deleted ");
    assertThat(orphan).doesNotExist();
    assertThat(pending).exists();
    assertThat(foreign).exists();
    Files.delete(pending);
    Files.delete(foreign);
    assertThat(store().get("/orphans/file")).isEqualTo("kept");
    assertThat(store().run("verify", "--json").json().path("ok").asBoolean()).isTrue();
  }

  @Test
  default void compactMergesTheTreeAndEarlierRootsStayReadable() throws Exception {
    long first = store().put("/compact/file", "one".getBytes(StandardCharsets.UTF_8));
    long second = store().put("/compact/file", "three".getBytes(StandardCharsets.UTF_8));
    JsonNode plan = store().run("compact", "--dry-run", "--json").json();
    assertThat(Outcome.names(plan))
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
    assertThat(store().run("compact", "--dry-run").done().out()).startsWith("would merge");

    JsonNode report = store().run("compact", "--json").json();
    assertThat(Outcome.names(report))
        .containsExactlyInAnyOrder("root", "runsIn", "leavesOut", "rewrittenBytes", "freedBytes");
    assertThat(report.path("leavesOut").asLong()).isPositive();
    assertThat(report.path("rewrittenBytes").asLong()).isPositive();
    assertThat(store().get("/compact/file")).isEqualTo("three");
    assertThat(store().get("/compact/file", "--root", Long.toString(first))).isEqualTo("one");
    assertThat(store().run("compact").done().out()).startsWith("merged ");

    JsonNode diff = store().run("diff", "" + first, "" + second, "--json").json();
    assertThat(diff).hasSize(1);
    assertThat(diff.get(0).path("path").asText()).isEqualTo("/compact/file");
    assertThat(diff.get(0).path("change").asText()).isEqualTo("changed");
    assertThat(diff.get(0).path("bytesBefore").asLong()).isEqualTo(3);
    assertThat(diff.get(0).path("bytesAfter").asLong()).isEqualTo(5);
    assertThat(store().run("diff", "" + second, "" + second).done().out().lines()).hasSize(1);
    assertThat(store().run("diff", "" + first, "999999").failure()).contains("is not kept");
  }

  @Test
  default void aCatalogueCountsWhatAListingShows() throws Exception {
    store().put("/catalogue/file", new byte[1234]);
    Path target = folder().resolve("catalogue");

    JsonNode written = store().run("catalog", "--to", target.toString(), "--json").json();

    JsonNode files = store().run("ls", "-R", "--json", "/").json();
    long bytes = 0;
    for (JsonNode file : files) {
      bytes += file.path("bytes").asLong();
    }
    assertThat(written.path("files").asLong()).isEqualTo(files.size());
    assertThat(written.path("bytes").asLong()).isEqualTo(bytes);
    assertThat(target.resolve("files/part-00000.parquet")).isNotEmptyFile();
    assertThat(target.resolve("extents/part-00000.parquet")).isNotEmptyFile();
    assertThat(store().run("catalog", "--to", target.toString()).failure())
        .isEqualTo(target + " is not an empty directory: name a new one");
  }
}
