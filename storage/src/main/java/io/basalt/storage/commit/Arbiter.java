package io.basalt.storage.commit;

import java.io.IOException;
import java.util.List;

/**
 * Decides which root follows which: an append-only log read by everyone without a gap. Kafka's
 * commits topic in production. One instance belongs to one thread at a time.
 */
public interface Arbiter extends AutoCloseable {
  /** Ids of the log; another id is another history. */
  String clusterId();

  String topicId();

  /** Appends durably and returns the offset. Any IOException means the outcome is unknown. */
  long append(Proposal proposal) throws IOException;

  /**
   * All records from {@code offset} to the end of the log at the time of the call, in order.
   *
   * @throws ArbiterException if offsets below the first one returned are gone
   */
  List<Decided> readFrom(long offset) throws IOException, ArbiterException;

  @Override
  void close();

  /** The first proposal with a base decides which root follows that base. */
  record Proposal(
      String storeId, String base, long number, String bodyId, int crc32c, String attempt) {}

  /** A proposal and its offset in the log. */
  record Decided(long offset, Proposal proposal) {}
}
