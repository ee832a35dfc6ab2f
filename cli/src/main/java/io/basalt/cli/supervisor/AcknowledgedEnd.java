package io.basalt.cli.supervisor;

import io.basalt.kafka.KafkaSettings;
import io.basalt.storage.config.StoreConfig;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/** Says where the acknowledgements of a store end. */
@FunctionalInterface
interface AcknowledgedEnd {
  long offset() throws IOException, InterruptedException;

  /** Asks Kafka, which has ten seconds to answer: schedules wait for it. */
  static AcknowledgedEnd of(StoreConfig config) {
    TopicPartition acks = new TopicPartition(config.kafka().topics().acks(), 0);
    Map<String, Object> settings = KafkaSettings.admin(config.kafka());
    settings.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 10_000);
    settings.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
    return () -> {
      try (Admin admin = Admin.create(settings)) {
        return admin
            .listOffsets(Map.of(acks, OffsetSpec.latest()))
            .partitionResult(acks)
            .get()
            .offset();
      } catch (ExecutionException e) {
        throw new IOException("Kafka says nothing of " + acks.topic() + ": " + Sentences.of(e), e);
      }
    };
  }
}
