package io.basalt.storage.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * One mapping of a basalt.yaml. Remembers which keys were asked for, so that {@link #refuseUnknown}
 * can name a key that nobody knows, and the known one nearest to it.
 */
final class ConfigSection {
  private final String where;
  private final String prefix;
  private final Map<String, Object> values;
  private final Set<String> known = new TreeSet<>();

  ConfigSection(String where, String prefix, Object value) {
    this.where = where;
    this.prefix = prefix;
    this.values = mapping(value);
  }

  private Map<String, Object> mapping(Object value) {
    Map<String, Object> result = new LinkedHashMap<>();
    if (value == null) {
      return result;
    }
    if (!(value instanceof Map<?, ?> map)) {
      throw new ConfigException(
          "%s: %s must be a list of key: value pairs"
              .formatted(where, prefix.isEmpty() ? "the file" : name()));
    }
    map.forEach((key, entry) -> result.put(String.valueOf(key), entry));
    return result;
  }

  private String name() {
    return prefix.substring(0, prefix.length() - 1);
  }

  ConfigSection section(String key) {
    known.add(key);
    return new ConfigSection(where, prefix + key + ".", values.get(key));
  }

  List<ConfigSection> sections(String key) {
    known.add(key);
    if (!(values.get(key) instanceof List<?> list) || list.isEmpty()) {
      throw error(key, "must list at least one entry");
    }
    List<ConfigSection> result = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      result.add(new ConfigSection(where, prefix + key + "[" + i + "].", list.get(i)));
    }
    return result;
  }

  String text(String key) {
    return optional(key).orElseThrow(() -> error(key, "is missing"));
  }

  String text(String key, String otherwise) {
    return optional(key).orElse(otherwise);
  }

  private Optional<String> optional(String key) {
    known.add(key);
    Object value = values.get(key);
    if (value == null) {
      return Optional.empty();
    }
    if (value instanceof Map || value instanceof List) {
      throw error(key, "must be a single value");
    }
    String text = String.valueOf(value).strip();
    if (text.isEmpty()) {
      throw error(key, "is empty");
    }
    return Optional.of(text);
  }

  long size(String key, String otherwise, long least, long most) {
    long bytes = parsed(key, otherwise, Quantity::size, "a size such as 64MiB");
    if (bytes < least || bytes > most) {
      throw error(
          key,
          "is %s; it must be from %s to %s"
              .formatted(Quantity.ofSize(bytes), Quantity.ofSize(least), Quantity.ofSize(most)));
    }
    return bytes;
  }

  Duration time(String key, String otherwise, Duration least) {
    Duration time = parsed(key, otherwise, Quantity::time, "a time such as 50ms or 10s");
    if (time.compareTo(least) < 0) {
      throw error(
          key,
          "is %s; it must be at least %s".formatted(Quantity.ofTime(time), Quantity.ofTime(least)));
    }
    return time;
  }

  double share(String key, String otherwise, double least, double most) {
    double share = parsed(key, otherwise, Quantity::share, "a share such as 5% or 0.05");
    if (share < least || share > most) {
      throw error(key, "is %s; it must be from %s to %s".formatted(share, least, most));
    }
    return share;
  }

  int number(String key, String otherwise, int least, int most) {
    int number = parsed(key, otherwise, ConfigSection::whole, "a whole number");
    if (number < least || number > most) {
      throw error(key, "is %d; it must be from %d to %d".formatted(number, least, most));
    }
    return number;
  }

  private static Optional<Integer> whole(String text) {
    try {
      return Optional.of(Integer.parseInt(text));
    } catch (NumberFormatException notWhole) {
      return Optional.empty();
    }
  }

  private <T> T parsed(
      String key, String otherwise, Function<String, Optional<T>> parser, String form) {
    String text = text(key, otherwise);
    return parser.apply(text).orElseThrow(() -> error(key, "is \"" + text + "\", not " + form));
  }

  /** All entries as text; this section then has no unknown keys. */
  Map<String, String> entries() {
    Map<String, String> result = new LinkedHashMap<>();
    for (String key : values.keySet()) {
      result.put(key, text(key));
    }
    return result;
  }

  void refuseUnknown() {
    for (String key : values.keySet()) {
      if (!known.contains(key)) {
        throw error(key, "is not a known key; the nearest is " + prefix + nearest(key));
      }
    }
  }

  ConfigException error(String key, String what) {
    return new ConfigException("%s: %s%s %s".formatted(where, prefix, key, what));
  }

  private String nearest(String key) {
    String best = known.iterator().next();
    for (String candidate : known) {
      if (distance(key, candidate) < distance(key, best)) {
        best = candidate;
      }
    }
    return best;
  }

  /** Levenshtein's distance, one row at a time. */
  private static int distance(String from, String to) {
    int[] row = new int[to.length() + 1];
    for (int j = 0; j <= to.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[to.length()];
  }
}
