package io.basalt.storage.ingest;

/**
 * Offsets {@code [from, next)} of one partition, applied or rejected, without a hole in between.
 *
 * @param incarnation incarnation of the write topic, from 1
 * @param from where the range before it ended
 * @param next offset after the last one covered
 * @param leaderEpoch leader epoch of the last record, or -1
 */
public record Range(int incarnation, int partition, long from, long next, int leaderEpoch) {
  public Range {
    if (incarnation < 1 || partition < 0 || from < 0 || next < from || leaderEpoch < -1) {
      throw new IllegalArgumentException(
          "range of incarnation %d, partition %d: [%d, %d), leader epoch %d"
              .formatted(incarnation, partition, from, next, leaderEpoch));
    }
  }
}
