package io.basalt.storage.stripe;

import io.basalt.storage.root.SegmentLocation;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;

/** Where the bytes of segments come from when a stripe is written. */
@FunctionalInterface
public interface SegmentSource {
  /**
   * Starts to fill the target with packed bytes of the segment, from {@code position} of them on.
   * When the future ends normally, all remaining bytes of the target have been written and were
   * checked; the target's position does not count. Each byte is asked for once, from several places
   * of the stripe in turns.
   */
  CompletableFuture<Void> read(SegmentLocation segment, long position, ByteBuffer target);
}
