package io.basalt.storage.stripe;

import io.basalt.erasure.ErasureCode;
import io.basalt.erasure.StripBuffers;
import io.basalt.storage.CorruptDataException;
import io.basalt.storage.drive.Drive;
import io.basalt.storage.drive.DriveFile;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.root.Stripe;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * Looks at all files of a stripe and says what is wrong with each: the header, the length, every
 * checksum and block, the directory, and whether the parity is that of the data. Reads every byte
 * once, column by column, and changes nothing.
 */
public final class StripeInspector {
  private static final long MEMORY_BYTES = 16L << 20;
  private static final int MOST_COLUMN_BYTES = 1 << 20;

  private final DriveSet drives;
  private final Codes codes = new Codes();

  public StripeInspector(DriveSet drives) {
    this.drives = drives;
  }

  /**
   * Something wrong with a strip.
   *
   * @param drive where it is
   * @param file its name on the drive
   * @param what one sentence without both
   */
  public record Fault(String drive, String file, String what) {}

  /**
   * Inspects a stripe.
   *
   * @param segments those of the location map that stand in it
   */
  public List<Fault> inspect(Stripe stripe, List<PackedSegment> segments) {
    return new Inspection(stripe, segments).run();
  }

  /** One strip of a stripe under inspection. */
  private static final class Inspected {
    private BlockChecksums own;
    private final TreeMap<Integer, BlockChecksums> ofData = new TreeMap<>();
    private int wrongBlocks;
    private String firstWrong;
  }

  private final class Inspection {
    private final Stripe stripe;
    private final List<PackedSegment> segments;
    private final ErasureCode code;
    private final Inspected[] strips;
    private final Column column;
    private final Column parity;

    /** The data as it was read, and memory for what its parity should be. */
    private final StripBuffers computed;

    private final boolean[] parityIsWrong;
    private final List<Fault> faults = new ArrayList<>();

    Inspection(Stripe stripe, List<PackedSegment> segments) {
      this.stripe = stripe;
      this.segments = segments;
      this.code = codes.of(stripe);
      this.strips = new Inspected[stripe.strips()];
      int width = stripe.strips() + stripe.parityStrips();
      int bytes = Column.bytesFor(width, MEMORY_BYTES, MOST_COLUMN_BYTES);
      this.column = new Column(stripe.strips(), bytes);
      this.parity = new Column(stripe.parityStrips(), bytes);
      this.computed = computed();
      this.parityIsWrong = new boolean[stripe.parityStrips()];
    }

    private StripBuffers computed() {
      ByteBuffer[] all = new ByteBuffer[stripe.strips()];
      for (int strip = 0; strip < all.length; strip++) {
        int row = strip - stripe.dataStrips();
        all[strip] = row < 0 ? column.strips().buffer(strip) : parity.strips().buffer(row);
      }
      return StripBuffers.of(all);
    }

    List<Fault> run() {
      for (int strip = 0; strip < strips.length; strip++) {
        strips[strip] = new Inspected();
        aroundTheBlocks(strip);
      }
      compareChecksums();
      for (long at = 0; at < stripe.stripBytes(); at += column.bytes()) {
        inspectColumn(at, (int) Math.min(column.bytes(), stripe.stripBytes() - at));
      }
      for (int strip = 0; strip < strips.length; strip++) {
        if (strips[strip].wrongBlocks > 0) {
          fault(
              strip,
              "%d of its blocks are wrong, the first: %s"
                  .formatted(strips[strip].wrongBlocks, strips[strip].firstWrong));
        }
      }
      return faults;
    }

    private void fault(int strip, String what) {
      faults.add(new Fault(stripe.drives().get(strip), stripe.fileName(strip), what));
    }

    private static String why(IOException failure) {
      return failure instanceof NoSuchFileException ? "is missing" : failure.getMessage();
    }

    /** Header, length, checksums and directory; a strip without its own checksums is left out. */
    private void aroundTheBlocks(int strip) {
      try {
        drives.call(
            stripe.drives().get(strip),
            drive -> {
              // A fresh one for each strip: nothing is believed because it was read before.
              StripChecksums checksums = new StripChecksums(drives.storeId(), codes);
              try (DriveFile file = drive.open(stripe.fileName(strip))) {
                strips[strip].own = checksums.own(drive, file, stripe, strip);
                if (strip >= stripe.dataStrips()) {
                  for (int data = 0; data < stripe.dataStrips(); data++) {
                    strips[strip].ofData.put(
                        data, checksums.fromParity(drive, file, stripe, strip, data));
                  }
                }
                inspectDirectory(drive, file, strip);
              }
              return null;
            });
      } catch (IOException failed) {
        fault(strip, why(failed));
      }
    }

    private void inspectDirectory(Drive drive, DriveFile file, int strip) throws IOException {
      long position = StripLayout.directoryPosition(stripe, strip);
      ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(file.length() - position));
      file.read(bytes, position);
      StripDirectory found = StripDirectory.decode(bytes.flip(), drive.info().id(), file.name());
      StripDirectory expected = StripDirectory.of(stripe, segments);
      if (!found.stripe().equals(expected.stripe()) || !found.drives().equals(expected.drives())) {
        fault(
            strip,
            "its directory is that of stripe %s on %s, not of %s on %s"
                .formatted(found.stripe(), found.drives(), expected.stripe(), expected.drives()));
      }
      for (PackedSegment segment : expected.segments()) {
        // Segments that were freed since stay in the directory; those that count must be there.
        if (!found.segments().contains(segment)) {
          fault(
              strip,
              "its directory lacks segment %s at %d"
                  .formatted(segment.segment().segment(), segment.offset()));
        }
      }
    }

    private void compareChecksums() {
      for (int strip = stripe.dataStrips(); strip < strips.length; strip++) {
        int parity = strip;
        strips[strip].ofData.forEach(
            (data, checksums) -> {
              if (strips[data].own != null && !strips[data].own.equals(checksums)) {
                fault(parity, "has other checksums of strip " + data + " than that has itself");
              }
            });
      }
    }

    private void inspectColumn(long at, int length) {
      int first = (int) (at / Stripe.BLOCK_BYTES);
      boolean[] intact = read(first, length);
      for (int strip = 0; strip < stripe.dataStrips(); strip++) {
        if (!intact[strip]) {
          return;
        }
      }
      code.encode(computed, 0, length);
      for (int row = 0; row < stripe.parityStrips(); row++) {
        int strip = stripe.dataStrips() + row;
        if (intact[strip] && !parityIsWrong[row]) {
          int difference = parity.strip(row, length).mismatch(column.strip(strip, length));
          if (difference >= 0) {
            parityIsWrong[row] = true;
            fault(
                strip,
                "is not the parity of the data from byte %d on"
                    .formatted(StripLayout.position(at + difference)));
          }
        }
      }
    }

    /** Reads and checks a column of all strips in parallel; tells which are intact. */
    private boolean[] read(int first, int length) {
      List<CompletableFuture<Integer>> reads = new ArrayList<>();
      for (int i = 0; i < strips.length; i++) {
        int strip = i;
        reads.add(
            strips[strip].own == null
                ? CompletableFuture.completedFuture(-1)
                : drives.submit(
                    stripe.drives().get(strip), drive -> wrong(drive, strip, first, length)));
      }
      boolean[] intact = new boolean[strips.length];
      for (int strip = 0; strip < strips.length; strip++) {
        try {
          intact[strip] = DriveSet.await(reads.get(strip)) == 0;
        } catch (IOException failed) {
          fault(strip, why(failed));
          strips[strip].own = null;
        }
      }
      return intact;
    }

    private int wrong(Drive drive, int strip, int first, int length) throws IOException {
      Inspected inspected = strips[strip];
      ByteBuffer bytes = column.strip(strip, length);
      try (DriveFile file = drive.open(stripe.fileName(strip))) {
        file.read(bytes.duplicate(), StripLayout.blockPosition(first));
      }
      int wrong = 0;
      for (int block = inspected.own.mismatch(first, bytes, first);
          block >= 0;
          block = inspected.own.mismatch(first, bytes, block + 1)) {
        wrong++;
        if (inspected.firstWrong == null) {
          ByteBuffer found = bytes.slice((block - first) * Stripe.BLOCK_BYTES, Stripe.BLOCK_BYTES);
          CorruptDataException why =
              inspected.own.corrupt(drive.info().id(), stripe.fileName(strip), block, found);
          inspected.firstWrong = why.getMessage();
        }
      }
      inspected.wrongBlocks += wrong;
      return wrong;
    }
  }
}
