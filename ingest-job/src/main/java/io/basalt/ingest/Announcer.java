package io.basalt.ingest;

import io.basalt.kafka.Acknowledgement;
import io.basalt.kafka.Reject;
import java.io.IOException;
import java.util.List;

/** Tells producers what became of their records. Owned by one thread. */
interface Announcer extends AutoCloseable {
  /** Kafka's id of the rejects topic. */
  String rejectsTopicId();

  /**
   * Makes rejects durable.
   *
   * @return an offset of the rejects topic at or above the end of all rejects written so far
   */
  long reject(List<Reject> rejects) throws IOException;

  /** Sends acknowledgements, in order; a failure shows at a later call. */
  void acknowledge(List<Acknowledgement> acknowledgements) throws IOException;

  @Override
  void close();
}
