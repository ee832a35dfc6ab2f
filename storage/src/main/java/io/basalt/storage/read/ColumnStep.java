package io.basalt.storage.read;

import io.basalt.storage.root.Stripe;
import java.util.List;

/**
 * One column of a stripe that has lost data, and what is wanted of it. A shard that reaches over
 * its end has its next piece in the next step.
 */
record ColumnStep(Stripe stripe, int number, List<ShardPiece> pieces) implements Step {
  /**
   * Bytes of a shard in one column.
   *
   * @param from the first of them in the shard
   * @param at where that stands in the strip's part of the column
   */
  record ShardPiece(WantedShard wanted, int from, int length, int strip, int at) {
    /** Bytes of the shard behind the piece. */
    int following() {
      return wanted.shard().length() - from - length;
    }
  }
}
