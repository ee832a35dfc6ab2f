package io.basalt.storage.read;

import io.basalt.storage.root.Root;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.function.Supplier;

/**
 * Says of a read that failed that its root has expired meanwhile, where it has: files of such a
 * root are deleted one by one, and a missing file alone says nothing to whoever asked.
 */
final class Expiry {
  private final long root;
  private final HeadSource heads;

  /** Finds the newest head. */
  @FunctionalInterface
  interface HeadSource {
    Root head() throws IOException;
  }

  /** A read of the root's files. */
  @FunctionalInterface
  interface Read<T> {
    T run() throws IOException;
  }

  Expiry(long root, HeadSource heads) {
    this.root = root;
    this.heads = heads;
  }

  <T> T explained(Read<T> read) throws IOException {
    try {
      return read.run();
    } catch (InterruptedIOException left) {
      throw left;
    } catch (IOException e) {
      throw explain(e);
    }
  }

  /** The same elements; a failure on the way is explained too. */
  <T> Iterator<T> explained(Iterator<T> elements) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return unchecked(elements::hasNext);
      }

      @Override
      public T next() {
        return unchecked(elements::next);
      }
    };
  }

  private <T> T unchecked(Supplier<T> step) {
    try {
      return step.get();
    } catch (UncheckedIOException e) {
      throw new UncheckedIOException(explain(e.getCause()));
    }
  }

  private IOException explain(IOException failure) {
    try {
      if (!heads.head().lists(root)) {
        return new IOException(
            "root %d expired while it was read: choose one of basalt roots".formatted(root),
            failure);
      }
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
    return failure;
  }
}
