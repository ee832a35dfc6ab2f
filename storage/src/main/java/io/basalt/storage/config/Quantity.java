package io.basalt.storage.config;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads and writes the quantities of a basalt.yaml: sizes, times and shares. Empty if malformed.
 */
public final class Quantity {
  private static final Pattern NUMBER_AND_UNIT =
      Pattern.compile("([0-9]{1,18}(?:\\.[0-9]{1,9})?)\\s*([A-Za-z%]*)");
  private static final Map<String, Long> SIZES = sizes();
  private static final Map<String, Long> TIMES_NANOS = times();

  private Quantity() {}

  /** Bytes of {@code 512}, {@code 64MiB} or {@code 1.5GiB}. */
  public static Optional<Long> size(String text) {
    return scaled(text, SIZES);
  }

  /** The time of {@code 50ms}, {@code 60s}, {@code 10m}, {@code 24h} or {@code 7d}. */
  public static Optional<Duration> time(String text) {
    return scaled(text, TIMES_NANOS).map(Duration::ofNanos);
  }

  /** The fraction of one that {@code 5%} or {@code 0.05} means. */
  static Optional<Double> share(String text) {
    Matcher matcher = NUMBER_AND_UNIT.matcher(text.strip());
    if (!matcher.matches()) {
      return Optional.empty();
    }
    double value = Double.parseDouble(matcher.group(1));
    return switch (matcher.group(2)) {
      case "" -> Optional.of(value);
      case "%" -> Optional.of(value / 100);
      default -> Optional.empty();
    };
  }

  /** The shortest text that {@link #size} reads back exactly. */
  public static String ofSize(long bytes) {
    return shortest(bytes, SIZES, "");
  }

  /** The shortest text that {@link #time} reads back exactly. */
  public static String ofTime(Duration time) {
    return shortest(time.toNanos(), TIMES_NANOS, "ns");
  }

  private static Optional<Long> scaled(String text, Map<String, Long> units) {
    Matcher matcher = NUMBER_AND_UNIT.matcher(text.strip());
    if (!matcher.matches()) {
      return Optional.empty();
    }
    Long unit = units.get(matcher.group(2));
    if (unit == null) {
      return Optional.empty();
    }
    double value = Double.parseDouble(matcher.group(1)) * unit;
    if (value >= Long.MAX_VALUE) {
      return Optional.empty();
    }
    boolean whole = matcher.group(1).indexOf('.') < 0;
    return Optional.of(whole ? Long.parseLong(matcher.group(1)) * unit : Math.round(value));
  }

  private static String shortest(long amount, Map<String, Long> units, String smallest) {
    String best = smallest;
    for (Map.Entry<String, Long> unit : units.entrySet()) {
      if (amount != 0 && amount % unit.getValue() == 0 && unit.getValue() > units.get(best)) {
        best = unit.getKey();
      }
    }
    return String.format(Locale.ROOT, "%d%s", amount / units.get(best), best);
  }

  private static Map<String, Long> sizes() {
    Map<String, Long> units = new LinkedHashMap<>();
    units.put("", 1L);
    units.put("B", 1L);
    units.put("KiB", 1L << 10);
    units.put("MiB", 1L << 20);
    units.put("GiB", 1L << 30);
    units.put("TiB", 1L << 40);
    units.put("PiB", 1L << 50);
    return units;
  }

  private static Map<String, Long> times() {
    Map<String, Long> units = new LinkedHashMap<>();
    units.put("ns", 1L);
    units.put("us", 1_000L);
    units.put("ms", 1_000_000L);
    units.put("s", 1_000_000_000L);
    units.put("m", 60_000_000_000L);
    units.put("h", 3_600_000_000_000L);
    units.put("d", 86_400_000_000_000L);
    return units;
  }
}
