package io.basalt.storage.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** docs/operations/configuration.md lists every key of a basalt.yaml with its default. */
class ConfigurationReferenceTest {
  private static final Path PAGE = Path.of("..", "docs", "operations", "configuration.md");
  private static final Pattern ROW = Pattern.compile("\\| `([^`]+)` \\| (?:`([^`]*)`)? *\\|.*");

  @TempDir Path folder;

  @Test
  void everyKeyStandsThereWithItsDefault() throws IOException {
    assertThat(documented()).containsExactlyEntriesOf(defaults());
  }

  private static Map<String, String> documented() throws IOException {
    Map<String, String> rows = new LinkedHashMap<>();
    for (String line : Files.readAllLines(PAGE)) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        rows.put(row.group(1), row.group(2) == null ? "" : row.group(2));
      }
    }
    return rows;
  }

  /** What the loader makes of a file with nothing but drives, as the writer spells it. */
  private Map<String, String> defaults() throws IOException {
    Path file = folder.resolve("basalt.yaml");
    Files.writeString(
        file,
        """
        store: demo
        drives:
          - {id: scm-0, tier: scm, path: scm-0, enclosure: a, size: 1GiB}
          - {id: scm-1, tier: scm, path: scm-1, enclosure: b, size: 1GiB}
        """);
    Map<String, String> defaults = new LinkedHashMap<>();
    defaults.put("store", "");
    defaults.put("drives", "");
    Map<String, Object> yaml =
        new Yaml(new SafeConstructor(new LoaderOptions()))
            .load(StoreConfigWriter.yaml(StoreConfigLoader.load(file)));
    yaml.remove("store");
    yaml.remove("drives");
    flatten("", yaml, defaults);
    return defaults;
  }

  private static void flatten(String prefix, Map<?, ?> section, Map<String, String> into) {
    section.forEach(
        (key, value) -> {
          if (value instanceof Map<?, ?> inner && !inner.isEmpty()) {
            flatten(prefix + key + ".", inner, into);
          } else {
            into.put(prefix + key, String.valueOf(value));
          }
        });
  }
}
