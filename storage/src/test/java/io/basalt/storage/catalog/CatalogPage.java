package io.basalt.storage.catalog;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The statements of docs/catalogue.md, read from there so that page and tests cannot differ. */
public final class CatalogPage {
  private static final Path PAGE = Path.of("..", "docs", "catalogue.md");
  private static final Pattern QUERY =
      Pattern.compile("### (.+)\n(?:(?!###|```)[\\s\\S])*```sql\n([^`]+)```");
  private static final Pattern STATEMENT = Pattern.compile("(?m)^ {4}((?:CREATE|SET)[^;]+);");

  private CatalogPage() {}

  /** The queries by their titles, in the order of the page. */
  public static Map<String, String> queries() throws IOException {
    Map<String, String> queries = new LinkedHashMap<>();
    Matcher found = QUERY.matcher(text());
    while (found.find()) {
      queries.put(found.group(1), found.group(2).strip());
    }
    return queries;
  }

  /** What a section tells to run first, in order. */
  public static String[] statements(String section) throws IOException {
    Matcher found = STATEMENT.matcher(section(section));
    return found.results().map(each -> each.group(1)).toArray(String[]::new);
  }

  private static String section(String title) throws IOException {
    String text = text();
    int start = text.indexOf("\n## " + title + "\n") + 1;
    if (start == 0) {
      throw new AssertionError("no section " + title + " in " + PAGE);
    }
    int end = text.indexOf("\n## ", start);
    return text.substring(start, end < 0 ? text.length() : end);
  }

  private static String text() throws IOException {
    return Files.readString(PAGE);
  }
}
