package io.basalt.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.basalt.storage.catalog.CatalogPage;
import io.basalt.storage.catalog.CatalogSample;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.leaf.LeafRef;
import io.basalt.storage.read.StoreReader;
import io.basalt.storage.root.FileRef;
import io.basalt.storage.verify.Verifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Flink SQL on a store gives what another engine gives on its catalogue. */
@Tag("integration")
@Timeout(120)
class BasaltTableTest {
  @RegisterExtension
  static final MiniClusterExtension CLUSTER =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(2)
              .setNumberSlotsPerTaskManager(2)
              .build());

  @TempDir static Path folder;
  private static CatalogSample sample;

  @BeforeAll
  static void makeStore() throws Exception {
    sample = CatalogSample.create(folder.resolve("store"));
  }

  @AfterAll
  static void verifyIsClean() {
    try (CatalogSample done = sample;
        DriveSet drives = done.store().openDrives()) {
      assertThat(new Verifier(drives).verify().problems()).isEmpty();
    }
  }

  @Test
  void everyQueryOfThePageGivesItsAnswerInABatch() throws Exception {
    TableEnvironment flink = tables(sample, EnvironmentSettings.inBatchMode());
    Map<String, List<List<String>>> answers = new LinkedHashMap<>();
    for (Map.Entry<String, String> query : CatalogPage.queries().entrySet()) {
      answers.put(query.getKey(), ask(flink, query.getValue()));
    }
    assertThat(answers).containsExactlyEntriesOf(sample.answers());
  }

  @Test
  void allColumnsAreThere() throws Exception {
    TableEnvironment flink = tables(sample, EnvironmentSettings.inBatchMode());

    assertThat(ask(flink, "SELECT * FROM files WHERE path = '/logs/2024/b.log'"))
        .containsExactly(
            List.of("/logs/2024/b.log", "1000", "2024-01-01T10:00:00Z", "1", "1", "1"));
    List<String> extent = ask(flink, "SELECT * FROM extents WHERE path = '/sparse.bin'").get(0);
    assertThat(extent).hasSize(8).startsWith("/sparse.bin", "10000", "10").contains("scm", "null");
    assertThat(ask(flink, "SELECT stripe IS NULL, tier FROM extents WHERE path = '/img/x.png'"))
        .containsExactly(List.of("false", "capacity"));
  }

  @Test
  void conditionsOnThePathGiveTheSameRowsAsWithoutPushDown() throws Exception {
    TableEnvironment flink = tables(sample, EnvironmentSettings.inBatchMode());
    List<String> paths =
        ask(flink, "SELECT path FROM files").stream().map(row -> row.get(0)).toList();
    for (String condition :
        new String[] {
          "path = '/img/y'",
          "path > '/img/y'",
          "'/img/y' >= path",
          "path BETWEEN '/frag.bin' AND '/logs/2024/a.log'",
          "path LIKE '/logs/%'",
          "path LIKE '%log'",
          "path LIKE '/log_/c%'",
          "path >= '/x' AND path < '/a'",
          "path <> '/img/y'",
          "path = '/img/y' OR size = 7"
        }) {
      // A path that is computed is no column, so nothing of this condition can be pushed down.
      String computed = condition.replace("path", "(path || '')");
      assertThat(ask(flink, "SELECT path FROM files WHERE " + condition + " ORDER BY path"))
          .as(condition)
          .isEqualTo(ask(flink, "SELECT path FROM files WHERE " + computed + " ORDER BY path"));
    }
    assertThat(paths).hasSize(9);
    assertThat(flink.explainSql("SELECT size FROM files WHERE path LIKE '/logs/%'"))
        .contains("project=[path, size]");
  }

  @Test
  void aStreamingJobReadsTheSameOnce() throws Exception {
    TableEnvironment flink = tables(sample, EnvironmentSettings.inStreamingMode());

    assertThat(ask(flink, "SELECT path, length FROM extents")).hasSize(13);
  }

  @Test
  void aMistakeIsSaidInOneSentence() throws Exception {
    TableEnvironment flink = tables(sample, EnvironmentSettings.inBatchMode());
    String options =
        "'connector' = 'basalt', 'pin' = 'false', 'config' = '%s'".formatted(config(sample));
    flink.executeSql("CREATE TABLE a (paht STRING) WITH (" + options + ", 'table' = 'files')");
    flink.executeSql("CREATE TABLE b (size INT) WITH (" + options + ", 'table' = 'files')");
    flink.executeSql(
        "CREATE TABLE c (path STRING) WITH (" + options + ", 'table' = 'files', 'root' = '99')");

    assertThatThrownBy(() -> ask(flink, "SELECT * FROM a"))
        .hasStackTraceContaining(
            "table files has no column paht; it has path, size, modified, incarnation, log_offset,"
                + " extents");
    assertThatThrownBy(() -> ask(flink, "SELECT * FROM b"))
        .hasStackTraceContaining("column size of table files is BIGINT, not INT");
    assertThatThrownBy(() -> ask(flink, "SELECT * FROM c"))
        .hasStackTraceContaining("root 99 is not kept");
  }

  @Test
  void aConditionOnThePathReadsNoOtherLeaf() throws Exception {
    try (CatalogSample other = CatalogSample.create(folder.resolve("other"))) {
      TableEnvironment flink = tables(other, EnvironmentSettings.inBatchMode());
      try (DriveSet drives = other.store().openDrives();
          StoreReader reader = StoreReader.open(drives)) {
        LeafRef last = null;
        for (Iterator<LeafRef> leaves = reader.leaves(); leaves.hasNext(); ) {
          last = leaves.next();
        }
        for (FileRef table : last.tables().toList()) {
          for (String drive : table.drives()) {
            Files.delete(other.store().file(drive, table.name()));
          }
        }
      }

      assertThat(ask(flink, "SELECT size FROM files WHERE path LIKE '/frag%'"))
          .containsExactly(List.of("400"));
      assertThatThrownBy(() -> ask(flink, "SELECT size FROM files"))
          .hasStackTraceContaining("NoSuchFileException");
    }
  }

  /** The tables as the page defines them; no Kafka stands behind this store. */
  private static TableEnvironment tables(CatalogSample of, EnvironmentSettings settings)
      throws Exception {
    TableEnvironment flink = TableEnvironment.create(settings);
    flink.getConfig().set("table.local-time-zone", "UTC");
    for (String statement : CatalogPage.statements("Flink SQL")) {
      if (statement.startsWith("CREATE")) {
        flink.executeSql(
            statement.replace(
                "'/var/tmp/store/basalt.yaml'", "'%s', 'pin' = 'false'".formatted(config(of))));
      }
    }
    return flink;
  }

  private static String config(CatalogSample of) {
    return of.store().config().file().toString();
  }

  private static List<List<String>> ask(TableEnvironment flink, String query) throws Exception {
    List<List<String>> rows = new ArrayList<>();
    try (CloseableIterator<Row> answer = flink.executeSql(query).collect()) {
      while (answer.hasNext()) {
        Row row = answer.next();
        List<String> values = new ArrayList<>();
        for (int i = 0; i < row.getArity(); i++) {
          values.add(CatalogSample.text(row.getField(i)));
        }
        rows.add(values);
      }
    }
    return rows;
  }
}
