package io.basalt.kafka;

/**
 * A topic is not what the store needs; one sentence that says what to do. Trying again is no use.
 */
public final class TopicException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public TopicException(String sentence) {
    super(sentence);
  }
}
