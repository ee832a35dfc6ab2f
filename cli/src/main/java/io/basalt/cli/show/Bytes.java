package io.basalt.cli.show;

import java.util.Locale;

/** Byte counts for people. */
public final class Bytes {
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};

  private Bytes() {}

  /** Three digits at most before the point, one after it: "1.5 MiB". */
  public static String of(long bytes) {
    double value = bytes;
    int unit = 0;
    while (value >= 1024 && unit < UNITS.length - 1) {
      value /= 1024;
      unit++;
    }
    return unit == 0 ? bytes + " B" : String.format(Locale.ROOT, "%.1f %s", value, UNITS[unit]);
  }

  /** Decimal megabytes per second. */
  public static String rate(long bytes, long nanos) {
    return String.format(Locale.ROOT, "%.1f MB/s", bytes * 1e3 / Math.max(1, nanos));
  }
}
