package io.basalt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every page, so that it can be read, compared and followed. */
class DocumentsTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final int COLUMNS = 100;
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
  private static final Pattern FENCED = Pattern.compile("(?s)```.*?```");
  private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");

  static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>();
    try (Stream<Path> top = Files.list(ROOT);
        Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
      Stream.concat(top, docs)
          .filter(file -> file.toString().endsWith(".md"))
          .map(ROOT::relativize)
          .sorted()
          .forEach(pages::add);
    }
    return pages;
  }

  @ParameterizedTest
  @MethodSource("pages")
  void proseFitsItsLine(Path page) throws IOException {
    List<String> tooLong = new ArrayList<>();
    boolean fenced = false;
    for (String line : Files.readAllLines(ROOT.resolve(page))) {
      fenced ^= line.startsWith("```");
      boolean isProse = !fenced && !line.startsWith("    ") && !line.startsWith("|");
      if (isProse && line.length() > COLUMNS) {
        tooLong.add(line);
      }
    }
    assertThat(tooLong).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("pages")
  void linksLeadSomewhere(Path page) throws IOException {
    List<String> dead = new ArrayList<>();
    String prose = FENCED.matcher(Files.readString(ROOT.resolve(page))).replaceAll("");
    for (String link : find(LINK, prose)) {
      if (!link.contains("://") && !leadsSomewhere(ROOT.resolve(page), link)) {
        dead.add(link);
      }
    }
    assertThat(dead).isEmpty();
  }

  private static boolean leadsSomewhere(Path from, String link) throws IOException {
    int hash = link.indexOf('#');
    String file = hash < 0 ? link : link.substring(0, hash);
    Path target = file.isEmpty() ? from : from.resolveSibling(file);
    return Files.exists(target)
        && (hash < 0
            || find(HEADING, Files.readString(target)).stream()
                .anyMatch(heading -> anchor(heading).equals(link.substring(hash + 1))));
  }

  /** The name that a heading has in links. */
  private static String anchor(String heading) {
    return heading.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-');
  }

  private static List<String> find(Pattern pattern, String text) {
    return pattern.matcher(text).results().map((MatchResult match) -> match.group(1)).toList();
  }
}
