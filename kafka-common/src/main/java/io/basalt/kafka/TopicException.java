package io.basalt.kafka;

/**
 * A topic is not what the store needs; one sentence that says what to do. Trying again is no use.
 */
public final class TopicException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public TopicException(String sentence) {
    super(sentence);
  }

  static TopicException missing(String topic, String bootstrap) {
    return new TopicException(
        "topic %s does not exist on %s: run basalt up, which creates it"
            .formatted(topic, bootstrap));
  }

  static TopicException notSingle(String topic, int partitions) {
    return new TopicException(
        "topic %s has %d partitions and must have one: delete it and run basalt up, which creates it"
            .formatted(topic, partitions));
  }
}
