package io.basalt.storage.root;

import java.util.List;

/** Where the bytes of a segment stand. */
public sealed interface Place {

  /** Whole, as the file {@code segments/<segment>} of each of two SCM drives. */
  record Mirrors(List<String> drives) implements Place {
    public Mirrors {
      drives = List.copyOf(drives);
    }
  }

  /**
   * Packed in a stripe: the shards and then the index blocks, without the hole between them, follow
   * one another from {@code offset} of the stripe's data. Bytes.
   */
  record StripePlace(String stripe, long offset) implements Place {
    public StripePlace {
      if (offset < 0) {
        throw new IllegalArgumentException("offset " + offset + " in stripe " + stripe);
      }
    }
  }
}
