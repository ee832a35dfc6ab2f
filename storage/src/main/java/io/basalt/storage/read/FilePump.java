package io.basalt.storage.read;

import io.basalt.storage.read.ReadStep.Piece;
import io.basalt.storage.read.ReadStep.SegmentRange;
import io.basalt.storage.read.ReadStep.Stored;
import io.basalt.storage.read.ReadStep.Zeros;
import io.basalt.storage.stripe.ColumnShape;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * Carries out the steps of a read: a few are under way on the drives while one goes to the sink.
 */
final class FilePump {
  private static final int STEPS_AHEAD = ColumnShape.AHEAD;
  private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(64 << 10).asReadOnlyBuffer();

  private final ShardSource shards;
  private final ReadBuffers buffers;

  FilePump(ShardSource shards, ReadBuffers buffers) {
    this.shards = shards;
    this.buffers = buffers;
  }

  void run(Iterator<? extends Step> steps, FileSink sink) throws IOException {
    try (ColumnTaker columns = new ColumnTaker(shards)) {
      Deque<StartedStep> started = new ArrayDeque<>();
      while (steps.hasNext() || !started.isEmpty()) {
        while (steps.hasNext() && started.size() < STEPS_AHEAD) {
          Step step = steps.next();
          started.add(
              step instanceof ColumnStep column ? columns.start(column) : start((ReadStep) step));
        }
        started.remove().finish(sink);
      }
    }
    // A failed read leaves the buffers of what is still under way to the garbage collector.
  }

  private StartedStep start(ReadStep step) {
    ByteBuffer bytes = buffers.take(step.bufferBytes());
    List<CompletableFuture<Void>> reads = new ArrayList<>(step.ranges().size());
    for (SegmentRange range : step.ranges()) {
      reads.add(shards.start(range, slice(bytes, range)));
    }
    return sink -> {
      ByteBuffer read = await(reads) ? bytes : recover(step);
      write(step.pieces(), read, sink);
      buffers.give(read);
    };
  }

  /** Whether all of them ended well. */
  private static boolean await(List<CompletableFuture<Void>> reads) throws IOException {
    boolean well = true;
    for (CompletableFuture<Void> read : reads) {
      try {
        read.get();
      } catch (ExecutionException e) {
        // Why does not matter here: recover meets the same fault and either gets round it or says
        // it.
        well = false;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw (IOException) new InterruptedIOException("interrupted while reading").initCause(e);
      }
    }
    return well;
  }

  private ByteBuffer recover(ReadStep step) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocateDirect(step.bufferBytes());
    for (SegmentRange range : step.ranges()) {
      shards.recover(range, slice(bytes, range));
    }
    return bytes;
  }

  private static ByteBuffer slice(ByteBuffer bytes, SegmentRange range) {
    return bytes.slice(range.bufferOffset(), range.lengthBytes());
  }

  private static void write(List<Piece> pieces, ByteBuffer bytes, FileSink sink)
      throws IOException {
    for (Piece piece : pieces) {
      if (piece instanceof Stored stored) {
        sink.write(bytes.slice(stored.bufferOffset(), stored.length()), stored.at());
      } else if (piece instanceof Zeros zeros) {
        for (long done = 0; done < zeros.length(); ) {
          int count = (int) Math.min(zeros.length() - done, ZEROS.capacity());
          sink.write(ZEROS.slice(0, count), zeros.at() + done);
          done += count;
        }
      }
    }
  }
}
