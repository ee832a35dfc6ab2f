package io.basalt.storage.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.TestStore;
import io.basalt.storage.catalog.CatalogExport.Summary;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.read.StoreReader;
import io.basalt.storage.root.Root;
import io.basalt.storage.verify.Verifier;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A catalogue says to another engine what the store says of the same root. */
class CatalogExportTest {
  private static final long FEW_ROWS = 4;

  @TempDir Path folder;

  @Test
  void everyQueryOfThePageGivesItsAnswerInDuckDb() throws Exception {
    try (CatalogSample sample = CatalogSample.create(folder.resolve("store"))) {
      Summary written = export(sample.store(), sample.store().head(), FEW_ROWS);

      assertThat(written.root()).isEqualTo(sample.store().head().number());
      assertThat(written.files()).isEqualTo(9);
      assertThat(written.bytes()).isEqualTo(215_422);
      assertThat(written.extents()).isEqualTo(13);
      assertThat(written.parquetFiles()).isEqualTo(3 + 4);
      Map<String, List<List<String>>> answers = new LinkedHashMap<>();
      for (Map.Entry<String, String> query : CatalogPage.queries().entrySet()) {
        answers.put(query.getKey(), ask(query.getValue()));
      }
      assertThat(answers).hasSizeGreaterThanOrEqualTo(10);
      assertThat(answers).containsExactlyEntriesOf(sample.answers());
      verifyIsClean(sample.store());
    }
  }

  @Test
  void anEarlierRootIsAsItWas() throws Exception {
    try (TestStore store = TestStore.create(folder.resolve("store"))) {
      store.put("/a", new byte[3]);
      Root earlier = store.commit();
      store.put("/a", new byte[4]);
      store.put("/b", new byte[5]);
      store.seal();
      store.makeRun();

      Summary written = export(store, earlier, FEW_ROWS);

      assertThat(written.root()).isEqualTo(earlier.number());
      assertThat(ask("SELECT path, size FROM files")).containsExactly(List.of("/a", "3"));
      assertThat(ask("SELECT path, length, tier FROM extents"))
          .containsExactly(List.of("/a", "3", "scm"));
      verifyIsClean(store);
    }
  }

  @Test
  void anEmptyStoreHasTablesWithoutRows() throws Exception {
    try (TestStore store = TestStore.create(folder.resolve("store"))) {
      Summary written = export(store, store.head(), FEW_ROWS);

      assertThat(written.parquetFiles()).isEqualTo(2);
      assertThat(ask("SELECT count(*) FROM files")).containsExactly(List.of("0"));
      assertThat(ask("SELECT count(*) FROM extents")).containsExactly(List.of("0"));
      verifyIsClean(store);
    }
  }

  private Summary export(TestStore store, Root root, long rows) throws Exception {
    try (DriveSet drives = store.openDrives();
        StoreReader reader = StoreReader.open(drives, root)) {
      ExtentPlaces places = ExtentPlaces.load(new MirroredFiles(drives), store.head());
      return new CatalogExport(reader, places, this::write, rows).write();
    }
  }

  private void write(String name, ByteBuffer bytes) throws IOException {
    Path file = folder.resolve("catalog").resolve(name);
    Files.createDirectories(file.getParent());
    byte[] content = new byte[bytes.remaining()];
    bytes.get(content);
    Files.write(file, content);
  }

  /** Asks DuckDB, told what the page tells a reader. */
  private List<List<String>> ask(String query) throws SQLException, IOException {
    List<List<String>> rows = new ArrayList<>();
    try (Connection duckDb = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duckDb.createStatement()) {
      statement.execute("SET autoinstall_known_extensions = false");
      statement.execute("SET TimeZone = 'UTC'");
      for (String view : CatalogPage.statements("Parquet")) {
        statement.execute(view.replace("/var/tmp", folder.toString()));
      }
      try (ResultSet answer = statement.executeQuery(query)) {
        int columns = answer.getMetaData().getColumnCount();
        while (answer.next()) {
          List<String> row = new ArrayList<>();
          for (int column = 1; column <= columns; column++) {
            row.add(CatalogSample.text(answer.getObject(column)));
          }
          rows.add(row);
        }
      }
    }
    return rows;
  }

  private static void verifyIsClean(TestStore store) {
    try (DriveSet drives = store.openDrives()) {
      assertThat(new Verifier(drives).verify().problems()).isEmpty();
    }
  }
}
