package io.basalt.cli.command;

import io.basalt.cli.Failure;
import io.basalt.cli.supervisor.BootstrapAddress;
import io.basalt.client.BasaltClient;
import io.basalt.storage.config.StoreConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Connects a client, and says at once where nobody answers: Kafka's own clients try for a minute.
 */
final class KafkaCheck {
  private static final int PATIENCE_MILLIS = 3_000;

  private KafkaCheck() {}

  static BasaltClient connect(StoreConfig config) {
    requireAnswer(config);
    try {
      return new BasaltClient(config.kafka(), config.maxRecord());
    } catch (UnknownTopicOrPartitionException e) {
      throw new Failure(
          "Kafka at %s has no topic %s yet: ingest creates it, so start that with %s, or with %s"
              .formatted(
                  config.kafka().bootstrap(),
                  config.kafka().topics().writes(),
                  Hints.on(config.file(), "up"),
                  Hints.on(config.file(), "ingest --target HOST:PORT")),
          e);
    } catch (KafkaException e) {
      throw new Failure(
          "Kafka at " + config.kafka().bootstrap() + " cannot be used: " + e.getMessage(), e);
    }
  }

  /** Fails where nobody answers at the only address that is known. */
  static void requireAnswer(StoreConfig config) {
    BootstrapAddress address = BootstrapAddress.of(config);
    if (config.kafka().bootstrap().indexOf(',') < 0 && !answers(address)) {
      throw new Failure(
          "Kafka does not answer at %s; start it with %s"
              .formatted(config.kafka().bootstrap(), Hints.on(config.file(), "up")));
    }
  }

  static boolean answers(BootstrapAddress address) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(address.host(), address.port()), PATIENCE_MILLIS);
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
