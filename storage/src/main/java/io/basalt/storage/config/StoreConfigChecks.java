package io.basalt.storage.config;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Rules of a basalt.yaml that span several keys. */
final class StoreConfigChecks {
  private StoreConfigChecks() {}

  static void check(StoreConfig config) {
    checkEnclosures(config);
    checkTopics(config);
    checkShards(config);
    checkRecords(config);
    checkScm(config);
  }

  private static void checkEnclosures(StoreConfig config) {
    Set<String> enclosures =
        config.drives().stream()
            .filter(drive -> drive.tier() == Tier.SCM)
            .map(StoreConfig.DriveConfig::enclosure)
            .collect(Collectors.toSet());
    if (enclosures.isEmpty()) {
      throw new ConfigException(
          config.file() + ": drives has no drive of tier scm; add at least two");
    }
    if (enclosures.size() < 2) {
      throw new ConfigException(
          "%s: all scm drives stand in enclosure %s, so both mirrors of a segment would; name at least two enclosures"
              .formatted(config.file(), enclosures.iterator().next()));
    }
  }

  private static void checkTopics(StoreConfig config) {
    StoreConfig.Topics topics = config.kafka().topics();
    List<String> names =
        List.of(topics.writes(), topics.acks(), topics.rejects(), topics.commits());
    if (names.stream().distinct().count() < names.size()) {
      throw new ConfigException(
          "%s: kafka.topics names one topic twice in %s; give each its own"
              .formatted(config.file(), names));
    }
  }

  private static void checkShards(StoreConfig config) {
    if (config.shardSize() > config.segmentSize() / 4) {
      throw new ConfigException(
          "%s: shard-size is %s, over a quarter of segment-size, %s; lower it"
              .formatted(
                  config.file(),
                  Quantity.ofSize(config.shardSize()),
                  Quantity.ofSize(config.segmentSize())));
    }
  }

  /** The largest record must fit the open segments of one writer, with room for its index block. */
  private static void checkRecords(StoreConfig config) {
    long most =
        StoreConfig.largestRecord(config.segmentSize(), config.shardSize(), config.openSegments());
    if (config.maxRecord() > most) {
      throw new ConfigException(
          ("%s: max-record is %s, and %d open segments of %s take records of at most %s;"
                  + " lower it, or raise segment-size or open-segments")
              .formatted(
                  config.file(),
                  Quantity.ofSize(config.maxRecord()),
                  config.openSegments(),
                  Quantity.ofSize(config.segmentSize()),
                  Quantity.ofSize(most)));
    }
  }

  /** At most one writer per partition has segments open, each of them on two drives. */
  private static void checkScm(StoreConfig config) {
    long open =
        StoreConfig.openSegmentBytes(
            config.segmentSize(), config.openSegments(), config.kafka().partitions());
    long scm = config.tierSize(Tier.SCM);
    if (open > scm / 4) {
      throw new ConfigException(
          ("%s: the open segments of %d writers take %s, over a quarter of the scm drives' %s;"
                  + " lower segment-size, open-segments or kafka.partitions, or add scm drives")
              .formatted(
                  config.file(),
                  config.kafka().partitions(),
                  Quantity.ofSize(open),
                  Quantity.ofSize(scm)));
    }
  }
}
