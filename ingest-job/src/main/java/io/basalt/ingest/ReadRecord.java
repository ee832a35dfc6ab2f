package io.basalt.ingest;

import io.basalt.kafka.WriteRecord;

/**
 * A record and the part of its partition that it closes: offsets [from, offset] hold no other
 * record.
 *
 * @param from where the record before it ended, or the position that the root has
 */
record ReadRecord(long from, WriteRecord record) {
  ReadRecord {
    if (from > record.offset()) {
      throw new IllegalStateException(
          "offsets of partition %d ascend: %d after %d"
              .formatted(record.partition(), record.offset(), from));
    }
  }
}
