package io.basalt.kafka;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Waits for answers of Kafka's clients. */
public final class KafkaAnswers {
  private KafkaAnswers() {}

  /**
   * The answer.
   *
   * @param what begins the sentence if it fails
   * @throws InterruptedIOException if the caller is interrupted; its flag stays set
   */
  public static <T> T await(Future<T> answer, String what) throws IOException {
    try {
      return answer.get();
    } catch (ExecutionException e) {
      throw failed(what, e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /** The answer of something that concerns a topic; empty if Kafka has no such topic. */
  static <T> Optional<T> ifThere(Future<T> answer, String what) throws IOException {
    try {
      return Optional.of(answer.get());
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        return Optional.empty();
      }
      throw failed(what, e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  static IOException failed(String what, ExecutionException e) {
    return new IOException(what + ": " + e.getCause().getMessage(), e.getCause());
  }

  /** What a caller throws that was interrupted while it waited; sets its flag again. */
  static InterruptedIOException interrupted(Exception cause) {
    Thread.currentThread().interrupt();
    InterruptedIOException left = new InterruptedIOException("interrupted while waiting for Kafka");
    left.initCause(cause);
    return left;
  }
}
