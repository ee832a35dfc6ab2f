package io.basalt.kafka;

import io.basalt.storage.tree.Event;
import java.nio.ByteBuffer;

/** What a write record means: an event and its payload, or why it is no write record. */
public sealed interface Decoded {

  /**
   * A write record that keeps every rule that needs no look at the tree.
   *
   * @param event without shards
   * @param payload the bytes to store; empty for operations that carry none. A view of the record's
   *     value, valid as long as that is
   */
  record Accepted(Event event, ByteBuffer payload) implements Decoded {}

  /** A bad record: it changes nothing. The reason is a sentence for whoever produced it. */
  record Rejected(String reason) implements Decoded {}
}
