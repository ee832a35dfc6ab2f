package io.basalt.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TopicsTest {
  private static final Map<String, String> KEEPS =
      Map.of("cleanup.policy", "delete", "retention.ms", "-1", "retention.bytes", "-1");
  private static final Topics GOOD =
      new Topics(
          new TopicState("w", "1", 4, KEEPS),
          new TopicState("a", "2", 1, Map.of("cleanup.policy", "compact")),
          new TopicState("r", "3", 1, Map.of()),
          new TopicState("c", "4", 1, Map.of("retention.bytes", "1000", "retention.ms", "-1")));

  @Test
  void findsNothingWrongWithTheTopicsThatItMakes() {
    assertThat(GOOD.fault()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "cleanup.policy | compact | topic w is compacted, which drops writes before they are stored: set cleanup.policy=delete on it",
        "cleanup.policy | compact,delete | topic w is compacted, which drops writes before they are stored: set cleanup.policy=delete on it",
        "retention.ms | 604800000 | topic w has retention.ms=604800000, which drops writes before they are stored: set it to -1, Basalt deletes what it has applied",
        "retention.bytes | 5 | topic w has retention.bytes=5, which drops writes before they are stored: set it to -1, Basalt deletes what it has applied",
      })
  void refusesAWriteTopicThatDropsWrites(String name, String value, String sentence) {
    Map<String, String> config = new HashMap<>(KEEPS);
    config.put(name, value);
    Topics topics =
        new Topics(
            new TopicState("w", "1", 4, config), GOOD.acks(), GOOD.rejects(), GOOD.commits());
    assertThat(topics.fault()).contains(sentence);
  }

  @Test
  void refusesACommitsTopicWithARetentionTimeAndMoreThanOnePartition() {
    TopicState timed = new TopicState("c", "4", 1, Map.of("retention.ms", "1000"));
    TopicState wide = new TopicState("r", "3", 2, Map.of());

    assertThat(new Topics(GOOD.writes(), GOOD.acks(), GOOD.rejects(), timed).fault().orElseThrow())
        .isEqualTo(
            "topic c must keep its records by size alone: set cleanup.policy=delete and retention.ms=-1 on it");
    assertThat(new Topics(GOOD.writes(), GOOD.acks(), wide, GOOD.commits()).fault().orElseThrow())
        .isEqualTo(
            "topic r has 2 partitions and must have one: delete it and run basalt up, which creates it");
  }
}
