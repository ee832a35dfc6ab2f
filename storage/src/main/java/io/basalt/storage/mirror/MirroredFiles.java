package io.basalt.storage.mirror;

import io.basalt.storage.CorruptDataException;
import io.basalt.storage.Crc32c;
import io.basalt.storage.config.Tier;
import io.basalt.storage.drive.Drive;
import io.basalt.storage.drive.DriveFile;
import io.basalt.storage.drive.DriveFullException;
import io.basalt.storage.drive.DriveInfo;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.drive.Placement;
import io.basalt.storage.drive.Space;
import io.basalt.storage.root.FileRef;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.ToLongFunction;

/** Writes immutable files under one name on several drives, and reads them from any of these. */
public final class MirroredFiles {
  private static final int COPIES = 2;

  private final DriveSet drives;
  private final Random random;

  public MirroredFiles(DriveSet drives) {
    this(drives, new Random());
  }

  /** Chooses among drives of one tier with this generator. */
  public MirroredFiles(DriveSet drives, Random random) {
    this.drives = drives;
    this.random = random;
  }

  /**
   * Writes the remaining bytes to all drives in parallel; they and the directories are forced when
   * this returns. When a drive is full, the copies are deleted again. When it fails otherwise, some
   * may be left: the sweep of their attempt deletes them. The buffer's position does not move; it
   * must not change before the return.
   */
  public FileRef write(List<String> targets, String name, ByteBuffer bytes) throws IOException {
    List<CompletableFuture<Void>> writes = new ArrayList<>();
    for (String target : targets) {
      writes.add(drives.submit(target, drive -> writeTo(drive, name, bytes.duplicate())));
    }
    try {
      DriveSet.await(CompletableFuture.allOf(writes.toArray(CompletableFuture[]::new)));
    } catch (DriveFullException full) {
      // It is tried again and again under other names, and each copy would make it worse.
      discard(targets, name);
      throw full;
    }
    return reference(name, bytes).on(targets);
  }

  /**
   * Writes a file as {@link #write} does, to two drives of different enclosures that have room for
   * it.
   *
   * @param what names it in the sentence for want of room
   */
  public FileRef writeTwice(String what, String name, ByteBuffer bytes) throws IOException {
    List<String> targets = pickDrives(COPIES, bytes.remaining());
    if (targets.size() < COPIES) {
      throw new IOException(
          "%s of %d bytes needs room on drives of two enclosures; found %s"
              .formatted(what, bytes.remaining(), targets));
    }
    return write(targets, name, bytes);
  }

  /** What the remaining bytes are called as a file; on no drive yet. */
  public static FileRef reference(String name, ByteBuffer bytes) {
    return new FileRef(name, List.of(), bytes.remaining(), Crc32c.of(bytes));
  }

  /**
   * Makes a drive hold an intact copy of a file, whatever stands there under its name: what is
   * intact stays, what is not is written anew. Forced and read back when the future ends. A stop
   * leaves at worst a damaged copy, as there may have been before.
   */
  public CompletableFuture<Void> put(String target, FileRef file, ByteBuffer bytes) {
    return drives.submit(target, drive -> put(drive, file, bytes.duplicate()));
  }

  private static Void put(Drive drive, FileRef file, ByteBuffer bytes) throws IOException {
    if (isIntact(drive, file)) {
      // Whoever wrote it may have stopped before it was forced.
      try (DriveFile left = drive.openForWrite(file.name())) {
        left.force();
      }
      drive.forceDirectoryOf(file.name());
      return null;
    }
    deleteIfExists(drive, file.name());
    try {
      writeTo(drive, file.name(), bytes);
    } catch (DriveFullException full) {
      deleteIfExists(drive, file.name());
      throw full;
    }
    readFrom(drive, file);
    return null;
  }

  private static void deleteIfExists(Drive drive, String name) throws IOException {
    try {
      drive.delete(name);
    } catch (NoSuchFileException none) {
      // Then there is nothing to delete.
    }
  }

  private static boolean isIntact(Drive drive, FileRef file) throws IOException {
    try {
      readFrom(drive, file);
      return true;
    } catch (NoSuchFileException | CorruptDataException damaged) {
      return false;
    }
  }

  private void discard(List<String> targets, String name) {
    for (String target : targets) {
      drives
          .submit(
              target,
              drive -> {
                drive.delete(name);
                return null;
              })
          .exceptionally(leftForTheSweep -> null);
    }
  }

  private static Void writeTo(Drive drive, String name, ByteBuffer bytes) throws IOException {
    try (DriveFile file = drive.create(name, bytes.remaining())) {
      file.write(bytes, 0);
      file.force();
    }
    drive.forceDirectoryOf(name);
    return null;
  }

  /**
   * The whole file from the first drive that has it intact.
   *
   * @throws IOException what was wrong with the first copy, the other copies' errors suppressed
   */
  public ByteBuffer read(FileRef file) throws IOException {
    return drives.callAny(file.drives(), file.name(), drive -> readFrom(drive, file));
  }

  /** Whole files, each as {@link #read(FileRef)} gives it; all are asked for at once. */
  public List<ByteBuffer> read(List<FileRef> files) throws IOException {
    List<CompletableFuture<ByteBuffer>> firsts =
        files.stream()
            .map(file -> drives.submit(file.drives().get(0), d -> readFrom(d, file)))
            .toList();
    List<ByteBuffer> all = new ArrayList<>();
    for (int i = 0; i < firsts.size(); i++) {
      try {
        all.add(DriveSet.await(firsts.get(i)));
      } catch (InterruptedIOException left) {
        throw left;
      } catch (IOException failed) {
        // It fails again, which is then counted, and the other copy answers.
        all.add(read(files.get(i)));
      }
    }
    return all;
  }

  private static ByteBuffer readFrom(Drive drive, FileRef ref) throws IOException {
    String id = drive.info().id();
    try (DriveFile file = drive.open(ref.name())) {
      if (file.length() != ref.length()) {
        throw new CorruptDataException(
            id, ref.name(), 0, ref.length() + " bytes", file.length() + " bytes");
      }
      ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(ref.length()));
      file.read(bytes, 0);
      bytes.flip();
      int found = Crc32c.of(bytes);
      if (found != ref.crc32c()) {
        throw CorruptDataException.checksum(id, ref.name(), 0, ref.crc32c(), found);
      }
      return bytes;
    } catch (EOFException shorter) {
      throw new CorruptDataException(
          id, ref.name(), 0, ref.length() + " bytes", shorter.getMessage());
    }
  }

  /**
   * Up to {@code copies} drives of different enclosures that have {@code bytes} free for
   * maintenance, SCM first, else at random.
   */
  public List<String> pickDrives(int copies, long bytes) {
    return pickDrives(copies, bytes, Space::freeForMaintenance);
  }

  /** The same for a file that may also use the floor of the reserve: one of the location map. */
  public List<String> pickRootDrives(int copies, long bytes) {
    return pickDrives(copies, bytes, Space::freeForRoots);
  }

  private List<String> pickDrives(int copies, long bytes, ToLongFunction<Space> free) {
    List<Placement.Candidate> candidates = new ArrayList<>();
    for (Tier tier : Tier.values()) {
      List<DriveInfo> infos = new ArrayList<>(drives.available(tier));
      Collections.shuffle(infos, random);
      for (DriveInfo info : infos) {
        try {
          long room = free.applyAsLong(drives.space(info.id()));
          candidates.add(new Placement.Candidate(info.id(), info.enclosure(), room));
        } catch (IOException unavailable) {
          // The set remembers why; here the drive is only left out.
          continue;
        }
      }
    }
    return Placement.spread(candidates, bytes, copies, Placement.Sharing.REFUSED);
  }
}
