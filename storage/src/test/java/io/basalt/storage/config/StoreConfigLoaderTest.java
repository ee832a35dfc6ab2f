package io.basalt.storage.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StoreConfigLoaderTest {
  private static final String DRIVES =
      """
      store: demo
      drives:
        - {id: scm-0, tier: scm, path: scm-0, enclosure: a, size: 1GiB}
        - {id: scm-1, tier: scm, path: /mnt/scm-1, enclosure: b, size: 1GiB}
        - {id: capacity-0, tier: capacity, path: capacity-0, enclosure: c, size: 4GiB}
      """;

  @TempDir Path directory;

  private StoreConfig load(String yaml) throws IOException {
    Path file = directory.resolve("basalt.yaml");
    Files.writeString(file, yaml);
    return StoreConfigLoader.load(file);
  }

  @Test
  void whatIsLeftOutHasItsDefault() throws IOException {
    StoreConfig config = load(DRIVES);
    assertThat(config.drives().get(0).path()).isEqualTo(directory.resolve("scm-0"));
    assertThat(config.drives().get(1).path()).isEqualTo(Path.of("/mnt/scm-1"));
    assertThat(config.drives().get(2).size()).isEqualTo(4L << 30);
    assertThat(config.rootCopies()).isEqualTo(3);
    assertThat(config.segmentSize()).isEqualTo(16 << 20);
    assertThat(config.shardSize()).isEqualTo(256 << 10);
    assertThat(config.openSegments()).isEqualTo(2);
    assertThat(config.commitInterval()).isEqualTo(Duration.ofMillis(20));
    assertThat(config.sealAfter()).isEqualTo(Duration.ofSeconds(60));
    assertThat(config.reserve()).isEqualTo(0.05);
    assertThat(config.erasure().dataStrips()).hasValue(4);
    assertThat(config.erasure().parityStrips()).hasValue(2);
    assertThat(config.watermark()).isEqualTo(new StoreConfig.Watermark(0.8, 0.8));
    assertThat(config.compaction().uploadRetention()).isEqualTo(Duration.ofHours(24));
    assertThat(config.retention())
        .isEqualTo(new StoreConfig.Retention(Duration.ofMinutes(10), 60, 24, 7));
    assertThat(config.maxRecord()).isEqualTo(1 << 20);
    assertThat(config.maxFileSize()).isEqualTo(8L << 40);
    assertThat(config.kafka().bootstrap()).isEqualTo("127.0.0.1:9092");
    assertThat(config.kafka().topics().commits()).isEqualTo("basalt.commits");
    assertThat(config.kafka().partitions()).isEqualTo(4);
    assertThat(config.kafka().properties()).isEmpty();
  }

  @Test
  void whatIsWrittenIsReadBackAsTheSame() throws IOException {
    StoreConfig config =
        load(
            DRIVES.replace("enclosure: c", "enclosure: '7'")
                + """
                erasure: auto
                reserve: 7.5%
                watermark: {high: 90%, low: 0.7}
                seal-after: 1500ms
                kafka:
                  bootstrap: "[::1]:9092"
                  properties:
                    security.protocol: SSL
                    ssl.keystore.password: 'a "b" \\ #c: 1'
                """);
    assertThat(config.kafka().properties())
        .isEqualTo(Map.of("security.protocol", "SSL", "ssl.keystore.password", "a \"b\" \\ #c: 1"));
    assertThat(load(StoreConfigWriter.yaml(config))).isEqualTo(config);
  }

  @Test
  void aNewStoreGetsSegmentsThatFitItsScm() {
    assertThat(StoreConfig.fittingSegmentSize(4L << 30, 2, 4)).isEqualTo(16 << 20);
    assertThat(StoreConfig.fittingSegmentSize(64L << 20, 2, 4)).isEqualTo(1 << 20);
    assertThat(StoreConfig.fittingSegmentSize(1L << 50, 2, 4)).isEqualTo(64 << 20);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "segmentsize: 1MiB | segmentsize is not a known key; the nearest is segment-size",
        "kafka: {partition: 4} | kafka.partition is not a known key; the nearest is kafka.partitions",
        "kafka: {topics: {write: w}} | kafka.topics.write is not a known key; the nearest is kafka.topics.writes",
        "watermark: {hihg: 0.5} | watermark.hihg is not a known key; the nearest is watermark.high",
        "migrate: {intervall: 1s} | migrate.intervall is not a known key; the nearest is migrate.interval",
        "compaction: {live: 1} | compaction.live is not a known key",
        "retention: {per-week: 1} | retention.per-week is not a known key",
        "root-copies: 1 | root-copies is 1; it must be from 2 to 16",
        "root-copies: three | root-copies is \"three\", not a whole number",
        "segment-size: 16MB | segment-size is \"16MB\", not a size such as 64MiB",
        "segment-size: 1KiB | segment-size is 1KiB; it must be from 1MiB to 64MiB",
        "shard-size: 8MiB | shard-size is 8MiB, over a quarter of segment-size, 16MiB; lower it",
        "open-segments: 0 | open-segments is 0; it must be from 1 to 64",
        "commit-interval: 20 | commit-interval is \"20\", not a time such as 50ms",
        "commit-interval: 0ms | commit-interval is 0ns; it must be at least 1ms",
        "seal-after: -1s | seal-after is \"-1s\", not a time",
        "reserve: 60% | reserve is 0.6; it must be from 0.001 to 0.5",
        "reserve: lots | reserve is \"lots\", not a share such as 5%",
        "erasure: 4 | erasure is \"4\", neither K+M such as 4+2 nor auto",
        "erasure: 250+7 | erasure is 250+7; K and M must be at least 1, together at most 256",
        "watermark: {high: 0.5, low: 0.8} | watermark.low is 0.8, above high, 0.5; lower it",
        "watermark: 0.8 | watermark must be a list of key: value pairs",
        "max-record: 1 | max-record is 1; it must be from",
        "max-file-size: x | max-file-size is \"x\", not a size",
        "kafka: {keep: x} | kafka.keep is \"x\", not a time",
        "kafka: {partitions: 0} | kafka.partitions is 0; it must be from 1",
        "kafka: {bootstrap: [a]} | kafka.bootstrap must be a single value",
        "kafka: {properties: {a: [b]}} | kafka.properties.a must be a single value",
        "kafka: {topics: {acks: basalt.writes}} | kafka.topics names one topic twice",
        "kafka: {partitions: 64} | the open segments of 64 writers take 4GiB, over a quarter of the scm drives' 2GiB; lower segment-size",
        "store: again | line 6: found duplicate key store",
        "}{ | line",
      })
  void aBadValueIsNamedInOneSentence(String line, String message) {
    assertThatThrownBy(() -> load(DRIVES + line + "\n"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(directory.resolve("basalt.yaml").toString())
        .hasMessageContaining(message)
        .message()
        .doesNotContain("\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "store: demo | | store is missing",
        "id: scm-1 | id: scm-0 | drives[1].id \"scm-0\" is used twice; give each drive its own",
        "id: scm-1 | id: ../x | drives[1].id is \"../x\"; it must be letters",
        "path: /mnt/scm-1 | path: scm-0 | is used twice; give each drive its own",
        "tier: capacity | tier: tape | drives[2].tier is \"tape\"; it must be scm or capacity",
        "enclosure: b | enclosure: a | all scm drives stand in enclosure a, so both mirrors of a segment would; name at least two enclosures",
        "size: 4GiB | size: 4 | drives[2].size is 4; it must be from 1MiB",
        "', size: 4GiB' | | drives[2].size is missing",
        "size: 4GiB | sice: 4GiB | drives[2].size is missing",
        "size: 4GiB | 'size: 4GiB, sise: 1' | drives[2].sise is not a known key; the nearest is drives[2].size",
        "tier: scm | tier: capacity | drives has no drive of tier scm; add at least two",
      })
  void aBadDriveIsNamedInOneSentence(String good, String bad, String message) {
    assertThatThrownBy(() -> load(DRIVES.replace(good, bad == null ? "" : bad)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aMissingFileSaysHowToMakeOne() {
    assertThatThrownBy(() -> StoreConfigLoader.load(directory.resolve("none.yaml")))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            directory.resolve("none.yaml")
                + " does not exist: make a store with basalt init, or name its file with -c");
  }

  @Test
  void aDirectoryInPlaceOfTheFileIsNamedOnce() {
    assertThatThrownBy(() -> StoreConfigLoader.load(directory))
        .isInstanceOf(ConfigException.class)
        .hasMessage(directory + " cannot be read: Is a directory");
  }

  @Test
  void drivesMustBeListed() {
    assertThatThrownBy(() -> load("store: demo\n"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("drives must list at least one entry");
  }

  @Test
  void aRecordThatNoWriterCouldTakeIsRefused() {
    assertThatThrownBy(() -> load(DRIVES + "segment-size: 1MiB\nmax-record: 2MiB\n"))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "%s: max-record is 2MiB, and 2 open segments of 1MiB take records of at most 1MiB;"
                    .formatted(directory.resolve("basalt.yaml"))
                + " lower it, or raise segment-size or open-segments");
  }
}
