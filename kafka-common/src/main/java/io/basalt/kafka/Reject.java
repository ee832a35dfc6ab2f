package io.basalt.kafka;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.Base64;

/**
 * A bad record and its reason: a value of the rejects topic, at least once for each bad record.
 *
 * @param keyBase64 the record's key, clipped to {@value #MAX_KEY_BYTES} bytes, in Base64; empty if
 *     it had none
 */
public record Reject(
    String topic, String topicId, int partition, long offset, String keyBase64, String reason) {
  public static final int MAX_KEY_BYTES = 4096;

  public static Reject of(String topic, String topicId, WriteRecord record, String reason) {
    return new Reject(
        topic, topicId, record.partition(), record.offset(), clip(record.key()), reason);
  }

  private static String clip(byte[] key) {
    if (key == null) {
      return "";
    }
    byte[] clipped = key.length <= MAX_KEY_BYTES ? key : Arrays.copyOf(key, MAX_KEY_BYTES);
    return Base64.getEncoder().encodeToString(clipped);
  }

  public byte[] toJson() {
    return Json.bytes(
        Json.object()
            .put("topic", topic)
            .put("topicId", topicId)
            .put("partition", partition)
            .put("offset", offset)
            .put("keyBase64", keyBase64)
            .put("reason", reason));
  }

  /**
   * Reads the value of a record of the rejects topic.
   *
   * @throws IllegalArgumentException naming what is wrong with it
   */
  public static Reject ofJson(byte[] json) {
    JsonNode node = Json.parse(json, "reject");
    return new Reject(
        Json.text(node, "topic"),
        Json.text(node, "topicId"),
        Math.toIntExact(Json.number(node, "partition")),
        Json.number(node, "offset"),
        Json.text(node, "keyBase64"),
        Json.text(node, "reason"));
  }
}
