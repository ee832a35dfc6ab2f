package io.basalt.query;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.basalt.flink.PinnedRoot;
import io.basalt.query.QueryReport.Problem;
import io.basalt.storage.TestStore;
import io.basalt.storage.commit.Moment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.assertj.core.util.Throwables;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

@Tag("integration")
@Timeout(120)
class QueryJobTest {
  private static final long RANGE = 100_000;

  @RegisterExtension
  static final MiniClusterExtension CLUSTER =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(2)
              .setNumberSlotsPerTaskManager(2)
              .build());

  @TempDir Path folder;
  private TestStore store;
  private Path target;

  @BeforeEach
  void makeStore() throws Exception {
    Files.createDirectories(folder.resolve("store"));
    store = TestStore.create(folder.resolve("store"));
    target = folder.resolve("out");
  }

  @AfterEach
  void closeStore() {
    store.close();
  }

  @Test
  void readsRangesOfOneBigFileInParallel() throws Exception {
    byte[] big = random(1_234_567);
    store.put("/data/big", big);
    store.put("/data/empty", new byte[0]);
    store.put("/data/deep/down/small", "small".getBytes(UTF_8));
    store.put("/other", new byte[1]);
    store.write("/data/sparse", 300_000, new byte[] {7});
    store.commit();

    QueryReport report = query(0, List.of(), List.of("/data"));

    assertThat(report.problems()).isEmpty();
    assertThat(report.files()).isEqualTo(4);
    assertThat(report.bytes()).isEqualTo(big.length + 5 + 300_001);
    assertThat(report.subtasks()).isGreaterThan(1);
    assertThat(target.resolve("data/big")).hasBinaryContent(big);
    assertThat(target.resolve("data/empty")).isEmptyFile();
    assertThat(target.resolve("data/deep/down/small")).hasContent("small");
    byte[] sparse = new byte[300_001];
    sparse[300_000] = 7;
    assertThat(target.resolve("data/sparse")).hasBinaryContent(sparse);
    assertThat(files()).hasSize(4);
  }

  @Test
  void readsAnEarlierRoot() throws Exception {
    store.put("/f", "old".getBytes(UTF_8));
    long old = store.commit().number();
    store.put("/f", "new".getBytes(UTF_8));
    store.commit();

    query(old, List.of("/f"), List.of());
    assertThat(target.resolve("f")).hasContent("old");
    QueryReport report = query(0, List.of("/f"), List.of());

    assertThat(target.resolve("f")).hasContent("new");
    assertThat(report.root()).isEqualTo(store.head().number());
  }

  @Test
  void reportsWhatADirectoryTreeCannotHold() throws Exception {
    String longName = "/long/" + "x".repeat(256);
    store.put("/both", new byte[3]);
    store.put("/both/below", new byte[4]);
    store.put("/both-no", new byte[4]);
    store.put(longName, new byte[5]);
    store.commit();

    QueryReport report = query(0, List.of("/missing"), List.of("/both", "/long", "/both-no"));

    assertThat(report.files()).isEqualTo(2);
    assertThat(report.problemCount()).isEqualTo(3);
    assertThat(report.problems().stream().map(Problem::path))
        .containsExactlyInAnyOrder("/both/below", longName, "/missing");
    assertThat(files()).hasSize(2);
  }

  @Test
  void refusesToWriteOutsideOfTheDirectory() throws Exception {
    Path outside = Files.createDirectories(folder.resolve("outside"));
    Files.createDirectories(target);
    Files.createSymbolicLink(target.resolve("link"), outside);
    store.put("/link/f", new byte[3]);
    store.put("/g", new byte[3]);
    store.commit();

    QueryReport report = query(0, List.of(), List.of("/"));

    assertThat(report.files()).isEqualTo(1);
    assertThat(report.problems()).hasSize(1);
    assertThat(report.problems().get(0).what()).contains("is a symbolic link");
    assertThat(outside).isEmptyDirectory();
  }

  @Test
  void readsOnWithADriveMissing() throws Exception {
    byte[] bytes = random(500_000);
    store.put("/f", bytes);
    store.commit();
    Files.move(folder.resolve("store/scm-0"), folder.resolve("gone"));

    query(0, List.of("/f"), List.of());

    assertThat(target.resolve("f")).hasBinaryContent(bytes);
  }

  @Test
  void aDirectoryThatIsNotSharedEndsTheJob() throws Exception {
    Export export = Export.create(target);
    Files.delete(target.resolve(".basalt-query-" + export.query()).resolve("token"));

    assertThatThrownBy(() -> export.check("tm-1"))
        .hasMessageContaining("TaskManager tm-1 does not see the same directory " + target);
  }

  @Test
  void aRootThatIsNotKeptIsRefused() throws Exception {
    store.commit();

    assertThatThrownBy(() -> query(999, List.of("/f"), List.of()))
        .satisfies(
            e ->
                assertThat(Throwables.getRootCause(e) == null ? e : Throwables.getRootCause(e))
                    .hasMessageContaining("root 999 is not kept"));
  }

  private QueryReport query(long root, List<String> paths, List<String> prefixes) throws Exception {
    StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.getExecutionEnvironment(QueryJob.settings());
    QueryOptions options =
        new QueryOptions(
            store.config().file().toString(),
            paths,
            prefixes,
            target.toString(),
            Moment.number(root),
            3);
    return QueryJob.run(environment, options, RANGE, PinnedRoot::unpinned);
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.walk(target)) {
      return all.filter(Files::isRegularFile).toList();
    }
  }

  private static byte[] random(int bytes) {
    byte[] content = new byte[bytes];
    new Random(3).nextBytes(content);
    return content;
  }
}
