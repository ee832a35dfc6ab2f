package io.basalt.storage.migrate;

import io.basalt.storage.CorruptDataException;
import io.basalt.storage.Crc32c;
import io.basalt.storage.drive.Drive;
import io.basalt.storage.drive.DriveFile;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.drive.DriveUnavailableException;
import io.basalt.storage.migrate.SegmentChecks.Unit;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.stripe.SegmentSource;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Packed bytes of segments from their mirrors, each read once and checked. What a read holds whole
 * is checked before its future ends, and a mirror that is damaged is answered by the other. A shard
 * that is cut by the reads is checked when its last piece was read; if it is wrong, that read fails
 * and names the mirror, so a stripe whose reads have all succeeded holds checked bytes alone.
 *
 * <p>A drive that misses its deadline fails the read: it may still write into the target, which
 * must not be used again. One that answers with an error, say of one sector, is done with the
 * target, and the other mirror fills it. Either is asked last from then on.
 */
final class MirrorSource implements SegmentSource {
  private final DriveSet drives;
  private final Map<String, SegmentChecks> checks;
  private final Set<BadMirror> bad;
  private final Map<CutUnit, Pieces> cut = new HashMap<>();
  private final AtomicLong readBytes = new AtomicLong();

  /** A mirror whose bytes of a segment are wrong. */
  record BadMirror(String segment, String drive) {}

  private record CutUnit(String segment, Unit unit) {}

  /** What was read so far of a unit that is cut. */
  private static final class Pieces {
    private final Set<String> drives = new HashSet<>();
    private int crc32c;
    private long bytes;
  }

  /**
   * A source for one stripe.
   *
   * @param bad mirrors that are asked only if there is no other; safe for several threads, and
   *     takes up those whose drives fail
   */
  MirrorSource(DriveSet drives, Map<String, SegmentChecks> checks, Set<BadMirror> bad) {
    this.drives = drives;
    this.checks = checks;
    this.bad = bad;
  }

  long readBytes() {
    return readBytes.get();
  }

  @Override
  public CompletableFuture<Void> read(SegmentLocation segment, long position, ByteBuffer target) {
    return read(segment, position, target.slice(), order(segment), null);
  }

  private CompletableFuture<Void> read(
      SegmentLocation segment,
      long position,
      ByteBuffer target,
      List<String> mirrors,
      IOException first) {
    if (mirrors.isEmpty()) {
      return CompletableFuture.failedFuture(new UnmovableSegmentException(segment, first));
    }
    String mirror = mirrors.get(0);
    AtomicBoolean ended = new AtomicBoolean();
    return drives
        .submit(mirror, drive -> read(drive, segment, position, target, ended))
        .exceptionallyCompose(
            error -> {
              IOException failed = DriveSet.ioException(error);
              if (failed instanceof CorruptDataException) {
                drives.countMismatch(mirror);
              }
              if (failed instanceof DriveUnavailableException) {
                // The drive may be back for the next read, and fail at the same place.
                boolean ignored = bad.add(new BadMirror(segment.segment(), mirror));
              }
              if (failed instanceof CutUnitException
                  || (failed instanceof DriveUnavailableException && !ended.get())) {
                return CompletableFuture.failedFuture(failed);
              }
              return read(
                  segment,
                  position,
                  target,
                  mirrors.subList(1, mirrors.size()),
                  first == null ? failed : first);
            });
  }

  /**
   * Reads and checks.
   *
   * @param ended set once the drive has failed by itself, and uses the target no more
   */
  private Void read(
      Drive drive, SegmentLocation segment, long position, ByteBuffer target, AtomicBoolean ended)
      throws IOException {
    try {
      return read(drive, segment, position, target);
    } catch (DriveUnavailableException failed) {
      ended.set(true);
      throw failed;
    }
  }

  /** Mirrors whose drives answer, good ones first; segments take them in turns: all are busy. */
  private List<String> order(SegmentLocation segment) {
    List<String> order = new ArrayList<>(segment.mirrors());
    Collections.rotate(order, segment.segment().hashCode() & 1);
    order.removeIf(drives::isUnavailable);
    order.sort(
        Comparator.comparing(drive -> bad.contains(new BadMirror(segment.segment(), drive))));
    return order;
  }

  private Void read(Drive drive, SegmentLocation segment, long position, ByteBuffer target)
      throws IOException {
    ByteBuffer bytes = target.duplicate();
    try (DriveFile file = drive.open(segment.fileName())) {
      fill(file, segment, position, bytes);
    } catch (EOFException shorter) {
      throw new CorruptDataException(
          drive.info().id(), segment.fileName(), position, "more bytes", shorter.getMessage());
    }
    check(drive, segment, position, target);
    readBytes.addAndGet(target.remaining());
    return null;
  }

  private static void fill(DriveFile file, SegmentLocation segment, long position, ByteBuffer bytes)
      throws IOException {
    int shards = (int) Math.max(0, Math.min(bytes.remaining(), segment.dataEnd() - position));
    if (shards > 0) {
      file.read(bytes.slice(0, shards), position);
    }
    if (shards < bytes.remaining()) {
      long index = position + shards - segment.dataEnd();
      file.read(bytes.slice(shards, bytes.remaining() - shards), segment.indexStart() + index);
    }
  }

  private void check(Drive drive, SegmentLocation segment, long position, ByteBuffer bytes)
      throws IOException {
    long end = position + bytes.remaining();
    List<Unit> pieces = new ArrayList<>();
    for (Unit unit : checks.get(segment.segment()).overlapping(position, end)) {
      if (unit.position() >= position && unit.end() <= end) {
        int found = Crc32c.of(bytes.slice((int) (unit.position() - position), unit.length()));
        if (found != unit.crc32c()) {
          throw corrupt(drive.info().id(), segment, unit, found);
        }
      } else {
        pieces.add(unit);
      }
    }
    // Pieces count once only, so they come after what may still be answered by the other mirror.
    for (Unit unit : pieces) {
      checkPiece(drive, segment, unit, position, bytes);
    }
  }

  private void checkPiece(
      Drive drive, SegmentLocation segment, Unit unit, long position, ByteBuffer bytes)
      throws IOException {
    long from = Math.max(position, unit.position());
    long to = Math.min(position + bytes.remaining(), unit.end());
    int crc = Crc32c.of(bytes.slice((int) (from - position), (int) (to - from)));
    CutUnit key = new CutUnit(segment.segment(), unit);
    synchronized (cut) {
      Pieces pieces = cut.computeIfAbsent(key, whole -> new Pieces());
      pieces.crc32c ^= Crc32c.shifted(crc, unit.end() - to);
      pieces.bytes += to - from;
      pieces.drives.add(drive.info().id());
      if (pieces.bytes < unit.length()) {
        return;
      }
      cut.remove(key);
      if (pieces.crc32c != unit.crc32c()) {
        String blamed = blamed(segment, pieces.drives);
        throw new CutUnitException(segment, blamed, corrupt(blamed, segment, unit, pieces.crc32c));
      }
    }
  }

  /** The first that is asked: pieces come from another only where that one was found wrong. */
  private String blamed(SegmentLocation segment, Set<String> drives) {
    return order(segment).stream()
        .filter(drives::contains)
        .findFirst()
        .orElseGet(() -> drives.iterator().next());
  }

  private static CorruptDataException corrupt(
      String drive, SegmentLocation segment, Unit unit, int found) {
    return new CorruptDataException(
        drive,
        segment.fileName(),
        unit.position(),
        "CRC32C %08x".formatted(unit.crc32c()),
        "%08x".formatted(found));
  }

  /**
   * A unit read in pieces is wrong: its first pieces are in the stripe, which must be made anew.
   */
  static final class CutUnitException extends IOException {
    private static final long serialVersionUID = 1;
    private final transient SegmentLocation segment;
    private final transient BadMirror mirror;

    private CutUnitException(SegmentLocation segment, String drive, CorruptDataException cause) {
      super(cause.getMessage(), cause);
      this.segment = segment;
      this.mirror = new BadMirror(segment.segment(), drive);
    }

    SegmentLocation segment() {
      return segment;
    }

    BadMirror mirror() {
      return mirror;
    }
  }
}
