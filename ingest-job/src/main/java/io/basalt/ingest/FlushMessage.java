package io.basalt.ingest;

import io.basalt.flink.DriveToken;
import io.basalt.kafka.Reject;
import io.basalt.storage.ingest.Flushed;
import io.basalt.storage.ingest.Published;
import io.basalt.storage.ingest.Range;
import io.basalt.storage.root.Incarnation;
import java.util.List;
import java.util.Optional;

/**
 * What a writer tells the committer: a flush that is forced on both mirrors. The first message of a
 * writer makes its attempt known, carries the token of its drives, and says by empty ranges where
 * its partitions begin.
 *
 * @param token of a writer that starts
 * @param incarnation what the ranges count in
 * @param rejects bad records within the ranges
 * @param published uploads that records within the ranges publish
 */
record FlushMessage(
    Optional<DriveToken> token,
    Incarnation incarnation,
    Flushed flushed,
    List<Reject> rejects,
    List<Published> published) {
  FlushMessage {
    rejects = List.copyOf(rejects);
    published = List.copyOf(published);
  }

  static FlushMessage first(
      DriveToken token, Incarnation incarnation, int writer, List<Range> beginnings) {
    Flushed flushed = new Flushed(token.attempt(), writer, beginnings, List.of());
    return new FlushMessage(Optional.of(token), incarnation, flushed, List.of(), List.of());
  }

  static FlushMessage of(
      Incarnation incarnation, Flushed flushed, List<Reject> rejects, List<Published> published) {
    return new FlushMessage(Optional.empty(), incarnation, flushed, rejects, published);
  }
}
