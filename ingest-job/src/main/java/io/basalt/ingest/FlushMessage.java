package io.basalt.ingest;

import io.basalt.kafka.Reject;
import io.basalt.storage.ingest.Flushed;
import io.basalt.storage.root.Incarnation;
import java.util.List;

/**
 * What a writer tells the committer: a flush that is forced on both mirrors. The first message of a
 * writer covers nothing; it only makes its attempt known.
 *
 * @param incarnation what the ranges count in
 * @param rejects bad records within the ranges
 */
record FlushMessage(Incarnation incarnation, Flushed flushed, List<Reject> rejects) {
  FlushMessage {
    rejects = List.copyOf(rejects);
  }
}
