package io.basalt.cli.command;

import io.basalt.storage.config.Quantity;
import io.basalt.storage.config.StoreConfig;
import java.util.ArrayList;
import java.util.List;

/**
 * The drives of a store that {@code init} makes, and the segment size that fits them.
 *
 * @param scm number of fast drives, two at least
 * @param parity strips of a stripe that may be lost together
 */
record StoreLayout(
    int scm, long scmSize, int capacity, long capacitySize, int parity, int partitions) {
  private static final int OPEN_SEGMENTS = 2;

  /** The YAML of the store's drives and segment size; everything else keeps its default. */
  String yaml(String store, String bootstrap, String erasure) {
    List<String> lines = new ArrayList<>();
    lines.add("store: '" + store.replace("'", "''") + "'");
    lines.add("drives:");
    for (int i = 0; i < scm; i++) {
      lines.add(drive("scm", i, enclosure(i % 2), scmSize));
    }
    // No enclosure holds more capacity drives than a stripe may lose.
    int enclosures = capacity == 0 ? 0 : (capacity + parity - 1) / parity;
    for (int i = 0; i < capacity; i++) {
      lines.add(drive("capacity", i, enclosure(2 + i % enclosures), capacitySize));
    }
    lines.add("segment-size: " + Quantity.ofSize(segmentSize()));
    lines.add("shard-size: " + Quantity.ofSize(Math.min(256 << 10, segmentSize() / 4)));
    lines.add("open-segments: " + OPEN_SEGMENTS);
    lines.add("erasure: " + erasure);
    lines.add("kafka:");
    lines.add("  bootstrap: " + bootstrap);
    lines.add("  partitions: " + partitions);
    return String.join("\n", lines) + "\n";
  }

  private long segmentSize() {
    return StoreConfig.fittingSegmentSize(scm * scmSize, OPEN_SEGMENTS, partitions);
  }

  private static String drive(String tier, int number, String enclosure, long size) {
    return "  - {id: %1$s-%2$d, tier: %1$s, path: %1$s-%2$d, enclosure: %3$s, size: %4$s}"
        .formatted(tier, number, enclosure, Quantity.ofSize(size));
  }

  /** a, b, … z, aa, ab, … */
  private static String enclosure(int number) {
    String last = String.valueOf((char) ('a' + number % 26));
    return number < 26 ? last : enclosure(number / 26 - 1) + last;
  }
}
