package io.basalt.storage.stripe;

import java.io.Closeable;
import java.util.concurrent.CompletableFuture;

/**
 * The columns of one stripe that has lost data, each read whole and once: the sources of a
 * reconstruction are bytes that the same caller wants of the other strips. For one caller, who goes
 * from column to column, and has no more of them at a time than {@link ColumnShape#columns} says.
 */
public interface StripeColumns extends Closeable {
  /**
   * Starts to read a column. The future fails with an IOException if a strip cannot be read, which
   * is remembered, so that a later column does without it, or if too many are lost.
   */
  CompletableFuture<StripeColumn> start(int number);

  /** Ends the use; calls that are under way end by themselves. */
  @Override
  void close();
}
