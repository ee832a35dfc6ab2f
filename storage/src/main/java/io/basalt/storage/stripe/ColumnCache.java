package io.basalt.storage.stripe;

import io.basalt.storage.root.Stripe;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;

/**
 * Columns of degraded stripes, each read once and shared by all who want something of it: the
 * sources of a reconstruction are the bytes that the same reader wants of the other strips. The
 * newest few are kept, since shards reach over the ends of columns; so whoever reads column after
 * column reads every byte once. What comes out is unchecked. Safe for several threads.
 */
final class ColumnCache {
  /** Bytes of a strip that make a call to its drive worth it; more would leave the caches. */
  private static final int MOST_COLUMN_BYTES = 384 << 10;

  /** Of all columns that are kept. */
  private static final long KEPT_BYTES = 32L << 20;

  /** The longest run of bytes of a strip that finds all columns it reaches over. */
  static final int LONGEST_BYTES = 256 << 10;

  private final Reconstructor reconstructor;
  private final Executor threads;
  private final Map<Integer, Columns> memory = new LinkedHashMap<>();
  private final Map<Key, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);

  private record Key(String stripe, int number) {}

  /** A column that is being read or is there; its memory is free once nobody uses it any more. */
  private static final class Entry {
    private final CompletableFuture<DataColumn> column;
    private int users;
    private boolean dropped;

    private Entry(CompletableFuture<DataColumn> column) {
      this.column = column;
    }
  }

  ColumnCache(Reconstructor reconstructor, Executor threads) {
    this.reconstructor = reconstructor;
    this.threads = threads;
  }

  /**
   * Bytes of each strip in a column: whole blocks; 0 if the stripe is so wide that not enough
   * columns can be kept.
   */
  static int columnBytes(Stripe stripe) {
    int bytes = MOST_COLUMN_BYTES;
    while (bytes > 0 && (long) kept(bytes) * bytes * stripe.strips() > KEPT_BYTES) {
      bytes -= Stripe.BLOCK_BYTES;
    }
    return bytes;
  }

  /** Columns that the longest run touches, and the next one. */
  private static int kept(int columnBytes) {
    return 2 + (LONGEST_BYTES + columnBytes - 1) / columnBytes;
  }

  /** Starts to fill the target from a data strip, column by column. */
  CompletableFuture<Void> copy(Stripe stripe, int strip, long from, ByteBuffer target) {
    int bytes = columnBytes(stripe);
    List<CompletableFuture<Void>> parts = new ArrayList<>();
    for (int done = 0; done < target.limit(); ) {
      int number = (int) ((from + done) / bytes);
      int skip = (int) ((from + done) % bytes);
      int length = Math.min(bytes - skip, target.limit() - done);
      parts.add(copy(stripe, strip, number, skip, target.slice(done, length)));
      done += length;
    }
    return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new));
  }

  private CompletableFuture<Void> copy(
      Stripe stripe, int strip, int number, int skip, ByteBuffer target) {
    Entry entry = use(stripe, number);
    return entry
        .column
        .thenAcceptAsync(
            column -> {
              target.put(0, column.strip(strip), skip, target.limit());
              if (column.isComputed(strip)) {
                reconstructor.countReconstructed(stripe, strip, target.limit());
              }
            },
            threads)
        .whenComplete((done, failure) -> leave(entry));
  }

  private Entry use(Stripe stripe, int number) {
    Key key = new Key(stripe.id(), number);
    synchronized (entries) {
      Entry entry = entries.get(key);
      if (entry == null || entry.column.isCompletedExceptionally()) {
        entry = new Entry(CompletableFuture.supplyAsync(() -> read(stripe, number), threads));
        entries.put(key, entry);
        dropOldest(kept(columnBytes(stripe)));
      }
      entry.users++;
      return entry;
    }
  }

  private DataColumn read(Stripe stripe, int number) {
    int bytes = columnBytes(stripe);
    long from = (long) number * bytes;
    try {
      return reconstructor.readColumn(
          stripe, memory(stripe), from, (int) Math.min(bytes, stripe.stripBytes() - from));
    } catch (IOException e) {
      throw new CompletionException(e);
    }
  }

  private Columns memory(Stripe stripe) {
    int bytes = columnBytes(stripe);
    synchronized (memory) {
      return memory.computeIfAbsent(bytes, each -> new Columns(Long.MAX_VALUE, each));
    }
  }

  private void dropOldest(int kept) {
    Iterator<Entry> oldest = entries.values().iterator();
    for (int surplus = entries.size() - kept; surplus > 0; surplus--) {
      Entry entry = oldest.next();
      oldest.remove();
      entry.dropped = true;
      free(entry);
    }
  }

  private void leave(Entry entry) {
    synchronized (entries) {
      entry.users--;
      free(entry);
    }
  }

  /** Uses the memory again; a column that could not be read leaves its own to the collector. */
  private void free(Entry entry) {
    if (entry.dropped && entry.users == 0 && !entry.column.isCompletedExceptionally()) {
      Column column = entry.column.join().memory();
      synchronized (memory) {
        memory.get(column.bytes()).give(column);
      }
    }
  }
}
