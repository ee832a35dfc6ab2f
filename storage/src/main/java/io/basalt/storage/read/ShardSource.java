package io.basalt.storage.read;

import io.basalt.storage.read.ReadStep.SegmentRange;
import io.basalt.storage.root.Stripe;
import io.basalt.storage.stripe.StripeColumns;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;

/** Where a read gets checked shards from. */
interface ShardSource {
  /**
   * Starts to fill target, from its start, with the range. After a failure the target may still be
   * written to: whoever gets it leaves it alone and calls {@link #recover} with another.
   */
  CompletableFuture<Void> start(SegmentRange range, ByteBuffer target);

  /** Fills target with the range, shard by shard, by whatever copy is left. */
  void recover(SegmentRange range, ByteBuffer target) throws IOException;

  /** The columns of a stripe that has lost data; whoever asks closes them. */
  StripeColumns columns(Stripe stripe);
}
