package io.basalt.storage.stripe;

import java.io.Closeable;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;

/**
 * The columns of one stripe that has lost data, each read whole and once: the sources of a
 * reconstruction are bytes that the same caller wants of the other strips. For one caller, who goes
 * from column to column, and has no more of them at a time than {@link ColumnShape#columns} says.
 */
public interface StripeColumns extends Closeable {
  /** Looks at the bytes of a data strip while they are in the cache of the thread that has them. */
  @FunctionalInterface
  interface Arrivals {
    /** Called once for each data strip of a column, before its future ends, by several threads. */
    void arrived(int strip, ByteBuffer bytes);
  }

  /**
   * Starts to read a column. The future fails with an IOException if a strip cannot be read, which
   * is remembered, so that a later column does without it, or if too many are lost.
   */
  CompletableFuture<StripeColumn> start(int number, Arrivals arrivals);

  /** Ends the use; calls that are under way end by themselves. */
  @Override
  void close();
}
