package io.basalt.storage.read;

import io.basalt.storage.Crc32c;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.read.ColumnStep.ShardPiece;
import io.basalt.storage.read.ReadStep.SegmentRange;
import io.basalt.storage.stripe.StripeColumn;
import io.basalt.storage.stripe.StripeColumns;
import io.basalt.storage.tree.Shard;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Carries out the steps of one read that go by column. The sink gets its bytes from the memory that
 * the drives filled. A shard that reaches over the end of a column is checked in pieces, and its
 * columns stay until the last piece is there. What a column cannot give intact is read again shard
 * by shard. One thread.
 */
final class ColumnTaker implements Closeable {
  private final ShardSource shards;

  /** Of the stripe whose steps are being finished, and perhaps of those that were started since. */
  private final Map<String, StripeColumns> stripes = new LinkedHashMap<>();

  private final Map<Shard, Pieces> unfinished = new HashMap<>();

  ColumnTaker(ShardSource shards) {
    this.shards = shards;
  }

  private static ByteBuffer bytes(ShardPiece piece, StripeColumn column) {
    return column.slice(piece.strip(), piece.at(), piece.length());
  }

  /** A column and how many still need it. */
  private static final class Held {
    private final StripeColumn column;
    private int users = 1;

    private Held(StripeColumn column) {
      this.column = column;
    }

    private void release() {
      users--;
      if (users == 0) {
        column.release();
      }
    }
  }

  private record Piece(ShardPiece piece, Held held) {}

  /** What is there of a shard. */
  private static final class Pieces {
    private final List<Piece> pieces = new ArrayList<>(1);
    private boolean isComplete = true;
    private int crc;

    private void add(ShardPiece piece, int pieceCrc, Held held) {
      held.users++;
      pieces.add(new Piece(piece, held));
      crc ^= Crc32c.shifted(pieceCrc, piece.following());
    }
  }

  StartedStep start(ColumnStep step) {
    StripeColumns columns =
        stripes.computeIfAbsent(step.stripe().id(), id -> shards.columns(step.stripe()));
    int[] crcs = new int[step.pieces().size()];
    CompletableFuture<StripeColumn> reading =
        columns.start(step.number(), (strip, bytes) -> sum(step, strip, bytes, crcs));
    return sink -> finish(step, reading, crcs, sink);
  }

  /** The checksum of each piece that stands in a strip. */
  private static void sum(ColumnStep step, int strip, ByteBuffer bytes, int[] crcs) {
    for (int i = 0; i < crcs.length; i++) {
      ShardPiece piece = step.pieces().get(i);
      if (piece.strip() == strip) {
        crcs[i] = Crc32c.of(bytes.slice(piece.at(), piece.length()));
      }
    }
  }

  private void finish(
      ColumnStep step, CompletableFuture<StripeColumn> reading, int[] crcs, FileSink sink)
      throws IOException {
    closeStripesBefore(step.stripe().id());
    Optional<StripeColumn> column = await(reading);
    if (column.isEmpty()) {
      for (ShardPiece piece : step.pieces()) {
        Pieces pieces = pieces(piece);
        pieces.isComplete = false;
        finishAfterLast(piece, pieces, sink);
      }
      return;
    }
    Held held = new Held(column.get());
    for (int i = 0; i < step.pieces().size(); i++) {
      ShardPiece piece = step.pieces().get(i);
      Pieces pieces = pieces(piece);
      pieces.add(piece, crcs[i], held);
      finishAfterLast(piece, pieces, sink);
    }
    held.release();
  }

  /** The column, or none: then {@link ShardSource#recover} gets round the fault or says it. */
  private static Optional<StripeColumn> await(CompletableFuture<StripeColumn> reading)
      throws InterruptedIOException {
    try {
      return Optional.of(DriveSet.await(reading));
    } catch (InterruptedIOException left) {
      throw left;
    } catch (IOException failed) {
      return Optional.empty();
    }
  }

  private Pieces pieces(ShardPiece piece) {
    return unfinished.computeIfAbsent(piece.wanted().shard(), shard -> new Pieces());
  }

  private void finishAfterLast(ShardPiece last, Pieces pieces, FileSink sink) throws IOException {
    if (last.following() > 0) {
      return;
    }
    WantedShard wanted = last.wanted();
    unfinished.remove(wanted.shard());
    if (pieces.isComplete && pieces.crc == wanted.shard().crc32c()) {
      for (Piece each : pieces.pieces) {
        wanted.write(bytes(each.piece(), each.held().column), each.piece().from(), sink);
      }
    } else {
      recover(wanted, sink);
    }
    pieces.pieces.forEach(each -> each.held().release());
  }

  private void recover(WantedShard wanted, FileSink sink) throws IOException {
    Shard shard = wanted.shard();
    ByteBuffer bytes = ByteBuffer.allocateDirect(shard.length());
    shards.recover(new SegmentRange(shard.segment(), 0, List.of(shard)), bytes.duplicate());
    wanted.write(bytes, 0, sink);
  }

  private void closeStripesBefore(String id) {
    Iterator<Map.Entry<String, StripeColumns>> oldest = stripes.entrySet().iterator();
    for (Map.Entry<String, StripeColumns> each = oldest.next();
        !each.getKey().equals(id);
        each = oldest.next()) {
      each.getValue().close();
      oldest.remove();
    }
  }

  /** What a failed read leaves under way ends by itself; its memory is the collector's. */
  @Override
  public void close() {
    stripes.values().forEach(StripeColumns::close);
  }
}
