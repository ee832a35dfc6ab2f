package io.basalt.storage.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;

/** Writes a basalt.yaml that {@link StoreConfigLoader} reads back as the same values. */
public final class StoreConfigWriter {
  private final StringBuilder out = new StringBuilder();

  private StoreConfigWriter() {}

  /** The text of the file; paths below the file's directory are written relative to it. */
  public static String yaml(StoreConfig config) {
    return new StoreConfigWriter().write(config);
  }

  private String write(StoreConfig config) {
    line("store: %s", quoted(config.store()));
    line("drives:");
    config.drives().forEach(drive -> drive(config.file(), drive));
    line("root-copies: %d", config.rootCopies());
    line("segment-size: %s", Quantity.ofSize(config.segmentSize()));
    line("shard-size: %s", Quantity.ofSize(config.shardSize()));
    line("open-segments: %d          # per writer", config.openSegments());
    line(
        "commit-interval: %s     # the oldest an unflushed record gets",
        time(config.commitInterval()));
    line("seal-after: %s", time(config.sealAfter()));
    line("reserve: %s              # of every drive, for maintenance", share(config.reserve()));
    line("erasure: %s              # K+M or auto", erasure(config.erasure()));
    line(
        "watermark: {high: %s, low: %s}",
        share(config.watermark().high()), share(config.watermark().low()));
    line("migrate: {interval: %s}", time(config.migrate().interval()));
    line(
        "compaction: {interval: %s, live-threshold: %s, upload-retention: %s}",
        time(config.compaction().interval()),
        share(config.compaction().liveThreshold()),
        time(config.compaction().uploadRetention()));
    line(
        "retention: {keep-all-for: %s, per-minute: %d, per-hour: %d, per-day: %d}",
        time(config.retention().keepAllFor()),
        config.retention().perMinute(),
        config.retention().perHour(),
        config.retention().perDay());
    line("max-record: %s", Quantity.ofSize(config.maxRecord()));
    line("max-file-size: %s", Quantity.ofSize(config.maxFileSize()));
    kafka(config.kafka());
    return out.toString();
  }

  private void drive(Path file, StoreConfig.DriveConfig drive) {
    line(
        "  - {id: %s, tier: %s, path: %s, enclosure: %s, size: %s}",
        quoted(drive.id()),
        drive.tier().text(),
        quoted(relative(file, drive.path())),
        quoted(drive.enclosure()),
        Quantity.ofSize(drive.size()));
  }

  private static String relative(Path file, Path path) {
    Path directory = file.toAbsolutePath().getParent();
    return path.startsWith(directory) ? directory.relativize(path).toString() : path.toString();
  }

  private void kafka(StoreConfig.Kafka kafka) {
    line("kafka:");
    line("  bootstrap: %s", quoted(kafka.bootstrap()));
    line(
        "  topics: {writes: %s, acks: %s, rejects: %s, commits: %s}",
        quoted(kafka.topics().writes()),
        quoted(kafka.topics().acks()),
        quoted(kafka.topics().rejects()),
        quoted(kafka.topics().commits()));
    line("  partitions: %d           # fixed; more needs a new topic", kafka.partitions());
    line("  keep: %s", time(kafka.keep()));
    if (kafka.properties().isEmpty()) {
      line("  properties: {}          # any Kafka client property: TLS, SASL");
      return;
    }
    line("  properties:");
    for (Map.Entry<String, String> property : kafka.properties().entrySet()) {
      line("    %s: %s", quoted(property.getKey()), quoted(property.getValue()));
    }
  }

  private static String erasure(StoreConfig.Erasure erasure) {
    return erasure.dataStrips().isEmpty()
        ? "auto"
        : erasure.dataStrips().getAsInt() + "+" + erasure.parityStrips().getAsInt();
  }

  private static String time(Duration time) {
    return time.isZero() ? "0s" : Quantity.ofTime(time);
  }

  private static String share(double share) {
    return Double.toString(share);
  }

  /** Plain where YAML reads it back as that very text, else in double quotes. */
  private static String quoted(String text) {
    if (text.matches("[A-Za-z/][A-Za-z0-9/_.-]*")
        && !text.matches("(?i)null|true|false|yes|no|on|off|y|n")) {
      return text;
    }
    StringBuilder result = new StringBuilder("\"");
    for (char c : text.toCharArray()) {
      if (c == '"' || c == '\\') {
        result.append('\\').append(c);
      } else if (c < ' ') {
        result.append(String.format(Locale.ROOT, "\\x%02x", (int) c));
      } else {
        result.append(c);
      }
    }
    return result.append('"').toString();
  }

  private void line(String format, Object... values) {
    out.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
