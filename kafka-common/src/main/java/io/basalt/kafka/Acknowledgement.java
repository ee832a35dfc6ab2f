package io.basalt.kafka;

import com.fasterxml.jackson.databind.JsonNode;
import io.basalt.storage.root.Incarnation;
import io.basalt.storage.root.Root;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Says that every record of a partition below {@code next} is durable and visible in a root, or is
 * on the rejects topic below its offset {@code rejects}. A value of the acks topic, under the key
 * {@link #key()}.
 *
 * @param rejectsTopicId topic that {@code rejects} counts in; empty if nothing was ever rejected
 * @param at commit time of the root; ISO-8601 in JSON
 */
public record Acknowledgement(
    String topic,
    String topicId,
    int partition,
    long next,
    long rejects,
    String rejectsTopicId,
    long root,
    Instant at) {

  /** What a root acknowledges of its newest incarnation, for some of its partitions. */
  public static List<Acknowledgement> of(Root root, Set<Integer> partitions) {
    Optional<Incarnation> newest = StartPlan.newest(root);
    if (newest.isEmpty()) {
      return List.of();
    }
    return WriteLogs.positions(root, newest).values().stream()
        .filter(position -> partitions.contains(position.partition()))
        .map(
            position ->
                new Acknowledgement(
                    newest.get().topic(),
                    newest.get().topicId(),
                    position.partition(),
                    position.next(),
                    position.rejects(),
                    root.rejectsTopicId(),
                    root.number(),
                    Instant.ofEpochMilli(root.at())))
        .toList();
  }

  /** Key on the acks topic: the topic, a hyphen, the partition. */
  public byte[] key() {
    return (topic + "-" + partition).getBytes(StandardCharsets.UTF_8);
  }

  public byte[] toJson() {
    return Json.bytes(
        Json.object()
            .put("topic", topic)
            .put("topicId", topicId)
            .put("partition", partition)
            .put("next", next)
            .put("rejects", rejects)
            .put("rejectsTopicId", rejectsTopicId)
            .put("root", root)
            .put("at", at.toString()));
  }

  /**
   * Reads the value of a record of the acks topic.
   *
   * @throws IllegalArgumentException naming what is wrong with it
   */
  public static Acknowledgement ofJson(byte[] json) {
    JsonNode node = Json.parse(json, "acknowledgement");
    return new Acknowledgement(
        Json.text(node, "topic"),
        Json.text(node, "topicId"),
        Math.toIntExact(Json.number(node, "partition")),
        Json.number(node, "next"),
        Json.number(node, "rejects"),
        Json.text(node, "rejectsTopicId"),
        Json.number(node, "root"),
        instant(Json.text(node, "at")));
  }

  private static Instant instant(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("field at is not an ISO-8601 time: " + text, e);
    }
  }
}
