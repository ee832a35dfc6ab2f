package io.basalt.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.catalog.CatalogPage;
import io.basalt.storage.catalog.CatalogSample;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.verify.Verifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Flink's SQL client, as a process of its own that reads a script of what the page says, gives what
 * another engine gives on the catalogue. It runs its jobs in its own process. Only the profile
 * {@code soak} has it on the class path.
 */
@Tag("soak")
@Timeout(300)
class SqlClientTest {
  private static final Pattern TIME =
      Pattern.compile("(\\d{4}-\\d\\d-\\d\\d) (\\d\\d:\\d\\d:\\d\\d\\.\\d{3})");

  @TempDir Path folder;

  @Test
  void theStatementsOfThePageGiveTheirAnswers() throws Exception {
    try (CatalogSample sample = CatalogSample.create(folder.resolve("store"))) {
      List<List<List<String>>> tables = tables(run(script(sample)));

      Map<String, List<List<String>>> answers = new LinkedHashMap<>();
      for (String title : CatalogPage.queries().keySet()) {
        answers.put(title, tables.get(answers.size()));
      }
      assertThat(answers).containsExactlyEntriesOf(sample.answers());
      assertThat(tables).hasSameSizeAs(answers.entrySet());
      try (DriveSet drives = sample.store().openDrives()) {
        assertThat(new Verifier(drives).verify().problems()).isEmpty();
      }
    }
  }

  /** No Kafka stands behind the sample, so its root is not pinned. */
  private static String script(CatalogSample sample) throws Exception {
    List<String> statements = new ArrayList<>();
    statements.add("SET 'table.local-time-zone' = 'UTC'");
    String config = "'%s', 'pin' = 'false'".formatted(sample.store().config().file());
    for (String statement : CatalogPage.statements("Flink SQL")) {
      statements.add(statement.replace("'/var/tmp/store/basalt.yaml'", config));
    }
    statements.addAll(CatalogPage.queries().values());
    return String.join(";\n", statements) + ";\n";
  }

  /** What the client prints. */
  private String run(String script) throws Exception {
    Path conf = Files.createDirectories(folder.resolve("conf"));
    Files.writeString(
        conf.resolve("config.yaml"),
        """
        execution.target: local
        taskmanager.memory.managed.size: 64m
        io.tmp.dirs: %s
        """
            .formatted(Files.createDirectories(folder.resolve("tmp"))));
    Path file = Files.writeString(folder.resolve("script.sql"), script);
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    ProcessBuilder client =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--add-opens=java.base/java.util=ALL-UNNAMED",
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                "org.apache.flink.table.client.SqlClient",
                "-hist",
                folder.resolve("history").toString(),
                "-f",
                file.toString())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    client.environment().put("FLINK_CONF_DIR", conf.toString());
    Process process = client.start();
    try {
      assertThat(process.waitFor(240, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    String said = Files.readString(out);
    assertThat(process.exitValue()).as(said + Files.readString(err)).isZero();
    assertThat(said).doesNotContain("[ERROR]");
    return said;
  }

  /**
   * The rows of each table that is printed: lines of cells below the second of three rulers. The
   * first one stands behind the prompt.
   */
  private static List<List<List<String>>> tables(String said) {
    List<List<List<String>>> tables = new ArrayList<>();
    int rulers = 0;
    for (String line : said.lines().toList()) {
      if (line.endsWith("-+")) {
        rulers = rulers % 3 + 1;
        if (rulers == 1) {
          tables.add(new ArrayList<>());
        }
      } else if (line.startsWith("|") && rulers == 2) {
        tables.get(tables.size() - 1).add(cells(line));
      }
    }
    return tables;
  }

  private static List<String> cells(String line) {
    return Arrays.stream(line.substring(1, line.lastIndexOf('|')).split("\\|"))
        .map(cell -> instant(cell.strip()))
        .toList();
  }

  private static String instant(String cell) {
    Matcher time = TIME.matcher(cell);
    return time.matches()
        ? Instant.parse(time.group(1) + "T" + time.group(2) + "Z").toString()
        : cell;
  }
}
