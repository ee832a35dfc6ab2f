package io.basalt.storage.table;

import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.function.Supplier;

/**
 * A few native contexts that are used again and again: making one costs more than decoding a page,
 * and the collector would not free those of a thread that ended. Safe for several threads.
 */
final class Contexts<C extends Closeable> {
  private static final int KEPT = 16;

  private final ArrayBlockingQueue<C> idle = new ArrayBlockingQueue<>(KEPT);
  private final Supplier<C> make;

  Contexts(Supplier<C> make) {
    this.make = make;
  }

  /** What a context is used for. */
  @FunctionalInterface
  interface Use<C, T> {
    T with(C context) throws IOException;
  }

  /** One that failed is not used again. */
  <T> T use(Use<C, T> use) throws IOException {
    C context = idle.poll();
    if (context == null) {
      context = make.get();
    }
    boolean kept = false;
    try {
      T result = use.with(context);
      kept = idle.offer(context);
      return result;
    } finally {
      if (!kept) {
        context.close();
      }
    }
  }
}
