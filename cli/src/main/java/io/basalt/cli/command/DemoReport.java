package io.basalt.cli.command;

import io.basalt.cli.show.Bytes;
import java.util.Arrays;
import java.util.Locale;

/**
 * What the demo measured and found.
 *
 * @param loadedLatencies nanoseconds from a file's first record to its acknowledgement, at full
 *     speed
 * @param idleLatencies the same of small writes made one after the other
 * @param differentBefore files that came back wrong or not at all with all drives there
 * @param past what a look into the past found
 * @param damage what was taken away and corrupted then
 * @param differentAfter files that came back wrong or not at all with that damage
 * @param reconstructedBytes bytes that had to be computed for it
 */
record DemoReport(
    long files,
    long bytes,
    long ingestNanos,
    long[] loadedLatencies,
    long[] idleLatencies,
    DemoTiers tiers,
    long verifyProblems,
    long differentBefore,
    DemoPast past,
    String damage,
    long differentAfter,
    long reconstructedBytes) {
  boolean good() {
    return differentBefore == 0
        && past.different() == 0
        && differentAfter == 0
        && verifyProblems == 0;
  }

  String text() {
    StringBuilder text = new StringBuilder();
    line(text, "files stored", "%,d, %s", files, Bytes.of(bytes));
    line(
        text,
        "ingest",
        "%s of file data, mirrored on two drives, forced and acknowledged",
        Bytes.rate(bytes, ingestNanos));
    line(
        text,
        "acknowledged",
        "%s at that speed, a file at a time in a queue",
        times(loadedLatencies));
    line(text, "", "%s with one small write at a time", times(idleLatencies));
    line(text, "on fast drives", "%s, each byte twice", Bytes.of(tiers.scmBytes()));
    line(
        text,
        "on capacity",
        "%s, %.2f bytes for each of %s in %d stripes",
        Bytes.of(tiers.capacityBytes()),
        tiers.rawRatio(),
        Bytes.of(tiers.stripedBytes()),
        tiers.stripes().size());
    line(text, "verify", "%d problems", verifyProblems);
    line(text, "read back", "%d differences of %,d files (SHA-256)", differentBefore, files);
    line(
        text,
        "the past",
        "%d differences of %,d files as of a tag, after %,d were overwritten, %,d deleted,"
            + " and all compacted into %d leaves",
        past.different(),
        files,
        past.overwritten(),
        past.deleted(),
        past.leaves());
    line(text, "freed", "%s once the tag was gone", Bytes.of(past.freedBytes()));
    line(text, "damage", "%s", damage);
    line(
        text,
        "read again",
        "%d differences of %,d files, %s reconstructed",
        differentAfter,
        files - past.deleted(),
        Bytes.of(reconstructedBytes));
    return text.toString().stripTrailing();
  }

  private static void line(StringBuilder text, String what, String format, Object... values) {
    text.append(String.format(Locale.ROOT, "%-16s", what))
        .append(String.format(Locale.ROOT, format, values))
        .append('\n');
  }

  private static String times(long[] nanos) {
    return "p50 %d ms, p99 %d ms".formatted(percentile(nanos, 50), percentile(nanos, 99));
  }

  private static long percentile(long[] nanos, int percent) {
    long[] sorted = nanos.clone();
    Arrays.sort(sorted);
    return sorted.length == 0
        ? 0
        : sorted[Math.min(sorted.length - 1, sorted.length * percent / 100)] / 1_000_000;
  }
}
