package io.basalt.storage.stripe;

import io.basalt.erasure.StripBuffers;
import io.basalt.erasure.StripSet;
import io.basalt.storage.CorruptDataException;
import io.basalt.storage.drive.Drive;
import io.basalt.storage.drive.DriveFile;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.drive.DriveUnavailableException;
import io.basalt.storage.root.Stripe;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Computes ranges of a lost data strip from any {@code k} strips that are left.
 *
 * <p>What comes out of {@link #reconstruct} was compared with the checksum that the block had when
 * it was written. That is always at hand: without a data strip at least one source is parity, and
 * parity strips carry the checksums of all data strips. So the sources themselves need not be
 * checked, unless the result is wrong; then one of them is, is found by its own checksums, and is
 * left out of the next try.
 */
final class Reconstructor {
  /** More than any reader meets; a bound for all cases. */
  private static final int MOST_LOST_FILES = 10_000;

  private final DriveSet drives;
  private final Codes codes;
  private final StripChecksums checksums;
  private final Columns columns;

  /** Files that are missing or not what they should be, on drives that answer. */
  private final Map<String, String> lostFiles = new ConcurrentHashMap<>();

  private final LongAdder bytes = new LongAdder();

  Reconstructor(DriveSet drives, Codes codes, StripChecksums checksums, Columns columns) {
    this.drives = drives;
    this.codes = codes;
    this.checksums = checksums;
    this.columns = columns;
  }

  /** Bytes computed so far. */
  long reconstructedBytes() {
    return bytes.sum();
  }

  /** Most bytes of a strip that one call computes: whole blocks. */
  int mostBytes(Stripe stripe) {
    return columns.bytes(stripe.dataStrips() + 1);
  }

  /** Whether a strip is known to be of no use, so that to try it only costs time. */
  boolean isLost(Stripe stripe, int strip) {
    return lostFiles.containsKey(stripe.fileName(strip));
  }

  /** What is known to be lost of a stripe. */
  LostStrips lost(Stripe stripe) {
    LostStrips lost = new LostStrips(stripe);
    Map<String, String> unavailable = drives.unavailable();
    for (int strip = 0; strip < stripe.strips(); strip++) {
      String why = unavailable.get(stripe.drives().get(strip));
      if (why == null) {
        why = lostFiles.get(stripe.fileName(strip));
      }
      if (why == null && drives.isUnavailable(stripe.drives().get(strip))) {
        why = "is not among the drives";
      }
      if (why != null) {
        lost.add(strip, why);
      }
    }
    return lost;
  }

  /** Notes why a strip cannot serve a read; what will not change is remembered. */
  void note(LostStrips lost, Stripe stripe, int strip, IOException why) {
    lost.add(strip, reason(why));
    remember(stripe, strip, why);
  }

  /** Counts what is corrupt, and remembers what will not change. */
  void remember(Stripe stripe, int strip, IOException why) {
    if (why instanceof CorruptDataException) {
      drives.countMismatch(stripe.drives().get(strip));
    }
    boolean forGood = why instanceof NoSuchFileException || why instanceof EOFException;
    if (forGood && lostFiles.size() < MOST_LOST_FILES) {
      lostFiles.put(stripe.fileName(strip), reason(why));
    }
  }

  private static String reason(IOException why) {
    if (why instanceof NoSuchFileException) {
      return "its file is missing";
    }
    return why instanceof DriveUnavailableException unavailable
        ? unavailable.reason()
        : why.getMessage();
  }

  /**
   * Fills the target with whole blocks of a lost data strip, checked.
   *
   * @param lost what is known to be lost, the strip included; grows by what is found out
   * @throws IOException if fewer than {@code k} strips are left
   */
  void reconstruct(Stripe stripe, LostStrips lost, int strip, int first, ByteBuffer target)
      throws IOException {
    boolean done;
    do {
      Sources sources = sourcesOfOne(stripe, lost, strip, target.limit());
      done = sources.read(StripLayout.blockPosition(first), Checked.BY_BLOCK);
      if (done) {
        ByteBuffer result = sources.decodeOne();
        done = sources.expected.mismatch(first, result, first) < 0;
        if (done) {
          deliver(stripe, strip, sources, result, target);
        } else {
          sources.findWrong(first);
        }
      }
      // One more strip is known to be lost after each failure, so this ends.
    } while (!done);
  }

  /**
   * Fills the target with any range of a lost data strip, for a caller who has a checksum of just
   * these bytes and falls back on {@link #reconstruct}.
   *
   * @param lost as there
   */
  void reconstructUnchecked(Stripe stripe, LostStrips lost, int strip, long from, ByteBuffer target)
      throws IOException {
    Sources sources = sourcesOfOne(stripe, lost, strip, target.limit());
    while (!sources.read(StripLayout.position(from), Checked.BY_CALLER)) {
      sources = sourcesOfOne(stripe, lost, strip, target.limit());
    }
    deliver(stripe, strip, sources, sources.decodeOne(), target);
  }

  private Sources sourcesOfOne(Stripe stripe, LostStrips lost, int strip, int length)
      throws IOException {
    Column column = columns.take(stripe.dataStrips() + 1, length);
    return new Sources(stripe, lost, strip, length, column);
  }

  /**
   * Computes lost data strips from the same range of {@code k} others, for callers who have
   * checksums of what they take from it.
   *
   * @param strips by number
   */
  void compute(Stripe stripe, StripBuffers strips, StripSet lost, int length) {
    codes.of(stripe).decode(strips, lost, 0, length);
    for (int strip : lost.toArray()) {
      countReconstructed(stripe, strip, length);
    }
  }

  /** A column's memory as a stripe's strips: first those that were read, behind them the lost. */
  static StripBuffers byNumber(Stripe stripe, Column column, int[] sources, int... lost) {
    int[] order = new int[stripe.strips()];
    Arrays.fill(order, -1);
    for (int i = 0; i < sources.length; i++) {
      order[sources[i]] = i;
    }
    for (int i = 0; i < lost.length; i++) {
      order[lost[i]] = sources.length + i;
    }
    return column.strips().arranged(order);
  }

  private void countReconstructed(Stripe stripe, int strip, int length) {
    bytes.add(length);
    drives.countReconstructed(stripe.drives().get(strip), length);
  }

  private void deliver(
      Stripe stripe, int strip, Sources sources, ByteBuffer result, ByteBuffer target) {
    target.put(0, result, 0, target.limit());
    columns.give(sources.column);
    countReconstructed(stripe, strip, target.limit());
  }

  /** What tells whether a result is right. */
  private enum Checked {
    BY_BLOCK,
    BY_CALLER
  }

  /** One column of k strips, and behind them the strip that is computed from it. */
  private final class Sources {
    private final Stripe stripe;
    private final LostStrips lost;
    private final int[] strips;
    private final int wanted;
    private final int length;
    private final Column column;

    /** The wanted strip's checksums, from the parity strip that is the last source. */
    private volatile BlockChecksums expected;

    Sources(Stripe stripe, LostStrips lost, int wanted, int length, Column column)
        throws IOException {
      this.stripe = stripe;
      this.lost = lost;
      this.strips = lost.sources();
      this.wanted = wanted;
      this.length = length;
      this.column = column;
    }

    /** Reads all sources in parallel; those that fail are lost, and false is the answer. */
    boolean read(long position, Checked checked) throws IOException {
      List<CompletableFuture<Void>> reads = new ArrayList<>(strips.length);
      for (int i = 0; i < strips.length; i++) {
        int source = i;
        boolean withChecksums = checked == Checked.BY_BLOCK && i == strips.length - 1;
        reads.add(
            drives.submit(drive(strips[i]), drive -> read(drive, source, position, withChecksums)));
      }
      boolean complete = true;
      for (int i = 0; i < strips.length; i++) {
        try {
          DriveSet.await(reads.get(i));
        } catch (InterruptedIOException left) {
          throw left;
        } catch (IOException failed) {
          note(lost, stripe, strips[i], failed);
          complete = false;
        }
      }
      return complete;
    }

    private Void read(Drive drive, int source, long position, boolean withChecksums)
        throws IOException {
      int strip = strips[source];
      try (DriveFile file = drive.open(stripe.fileName(strip))) {
        if (withChecksums) {
          expected = checksums.fromParity(drive, file, stripe, strip, wanted);
        }
        file.read(column.strip(source, length), position);
      }
      return null;
    }

    ByteBuffer decodeOne() {
      StripBuffers byNumber = byNumber(stripe, column, strips, wanted);
      codes.of(stripe).decode(byNumber, StripSet.of(wanted), 0, length);
      return column.strip(strips.length, length);
    }

    /** Finds the sources that are not what was written. */
    void findWrong(int first) throws IOException {
      boolean found = false;
      for (int i = 0; i < strips.length; i++) {
        int source = i;
        try {
          drives.call(drive(strips[i]), drive -> check(drive, source, first));
        } catch (InterruptedIOException left) {
          throw left;
        } catch (IOException wrong) {
          note(lost, stripe, strips[i], wrong);
          found = true;
        }
      }
      if (!found) {
        throw new IOException(
            "strips of stripe %s do not belong together, though each is intact: run verify"
                .formatted(stripe.id()));
      }
    }

    private Void check(Drive drive, int source, int first) throws IOException {
      int strip = strips[source];
      try (DriveFile file = drive.open(stripe.fileName(strip))) {
        BlockChecksums own = checksums.own(drive, file, stripe, strip);
        own.require(first, column.strip(source, length), drive.info().id(), file.name());
      }
      return null;
    }

    private String drive(int strip) {
      return stripe.drives().get(strip);
    }
  }
}
