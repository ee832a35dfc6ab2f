package io.basalt.storage.verify;

import io.basalt.storage.drive.DriveFile;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.root.FileRef;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/** Reads each copy of a file on its own, and says what is wrong with it. */
final class Copies {
  private final DriveSet drives;
  private final Findings findings;

  Copies(DriveSet drives, Findings findings) {
    this.drives = drives;
    this.findings = findings;
  }

  /** The first intact copy; every copy that is not is a problem of this kind. */
  Optional<ByteBuffer> check(Problem.Kind kind, FileRef file) {
    Optional<ByteBuffer> intact = Optional.empty();
    List<String> damaged = new ArrayList<>();
    for (String drive : file.drives()) {
      Optional<ByteBuffer> copy = check(kind, drive, file);
      if (copy.isEmpty()) {
        damaged.add(drive);
      }
      intact = intact.or(() -> copy);
    }
    if (intact.isPresent()) {
      damaged.forEach(drive -> findings.damaged(new DamagedCopy(file, drive)));
    }
    return intact;
  }

  /** A file that was checked once more, from any drive that has it intact. */
  ByteBuffer again(FileRef file) throws IOException {
    return new MirroredFiles(drives).read(file);
  }

  private Optional<ByteBuffer> check(Problem.Kind kind, String drive, FileRef file) {
    Optional<ByteBuffer> bytes = read(kind, drive, file.name(), file.length());
    if (bytes.isEmpty()) {
      return bytes;
    }
    int length = bytes.get().remaining();
    if (length != file.length()) {
      findings.problem(
          kind, drive, file.name(), "has %d bytes, not %d".formatted(length, file.length()));
      return Optional.empty();
    }
    int found = crc32c(bytes.get());
    if (found != file.crc32c()) {
      findings.problem(
          kind, drive, file.name(), "has CRC32C %08x, not %08x".formatted(found, file.crc32c()));
      return Optional.empty();
    }
    return bytes;
  }

  /**
   * A whole file of one drive; empty, and a problem, if it cannot be read or is longer than any of
   * its kind.
   */
  Optional<ByteBuffer> read(Problem.Kind kind, String drive, String name, long longest) {
    try {
      ByteBuffer bytes =
          drives.call(
              drive,
              d -> {
                try (DriveFile file = d.open(name)) {
                  long length = file.length();
                  if (length > longest) {
                    throw new IOException("has %d bytes, not %d".formatted(length, longest));
                  }
                  ByteBuffer target = ByteBuffer.allocate(Math.toIntExact(length));
                  file.read(target, 0);
                  return target.flip();
                }
              });
      findings.count("bytes", bytes.remaining());
      return Optional.of(bytes);
    } catch (IOException e) {
      findings.problem(kind, drive, name, why(e));
      return Optional.empty();
    }
  }

  static String why(IOException failure) {
    return failure instanceof NoSuchFileException ? "is missing" : failure.getMessage();
  }

  static int crc32c(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.duplicate());
    return (int) crc.getValue();
  }
}
