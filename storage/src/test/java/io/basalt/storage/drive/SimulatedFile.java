package io.basalt.storage.drive;

import java.io.EOFException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * The bytes of a file as processes see them, and as they were last forced, with what was changed
 * since. After a crash any of these changes is there, is not, or is there in part.
 */
final class SimulatedFile {
  private static final int SECTOR = 512;

  private byte[] bytes;
  private byte[] forced = new byte[0];
  private final List<Change> unforced = new ArrayList<>();

  /** Bytes written at a position, or with null bytes a new length. */
  private record Change(long position, byte[] bytes) {}

  SimulatedFile(long size) {
    bytes = new byte[Math.toIntExact(size)];
    unforced.add(new Change(size, null));
  }

  synchronized long length() {
    return bytes.length;
  }

  synchronized void write(ByteBuffer source, long position) {
    byte[] written = new byte[source.remaining()];
    source.get(written);
    bytes = written(bytes, position, written);
    unforced.add(new Change(position, written));
  }

  private static byte[] written(byte[] target, long position, byte[] written) {
    int end = Math.toIntExact(position + written.length);
    byte[] result = end > target.length ? Arrays.copyOf(target, end) : target;
    System.arraycopy(written, 0, result, (int) position, written.length);
    return result;
  }

  synchronized void read(ByteBuffer target, long position) throws EOFException {
    if (position + target.remaining() > bytes.length) {
      throw new EOFException("the file has " + bytes.length + " bytes");
    }
    target.put(bytes, (int) position, target.remaining());
  }

  synchronized void truncate(long length) {
    if (length < bytes.length) {
      bytes = Arrays.copyOf(bytes, (int) length);
      unforced.add(new Change(length, null));
    }
  }

  synchronized void force() {
    for (Change change : unforced) {
      forced =
          change.bytes() == null
              ? Arrays.copyOf(forced, Math.toIntExact(change.position()))
              : written(forced, change.position(), change.bytes());
    }
    unforced.clear();
  }

  synchronized void flipBit(long position) {
    force();
    bytes[Math.toIntExact(position)] ^= 1;
    forced[Math.toIntExact(position)] ^= 1;
  }

  /** What is left of the file after a crash. */
  synchronized SimulatedFile survivor(Random random) {
    SimulatedFile result = new SimulatedFile(0);
    result.unforced.clear();
    result.bytes = forced.clone();
    for (Change change : unforced) {
      if (change.bytes() == null) {
        if (random.nextBoolean()) {
          result.bytes = Arrays.copyOf(result.bytes, Math.toIntExact(change.position()));
        }
      } else {
        result.survive(change, random);
      }
    }
    result.forced = result.bytes.clone();
    return result;
  }

  /** A write survives whole, not at all, or sector by sector. */
  private void survive(Change change, Random random) {
    int kind = random.nextInt(3);
    for (int from = 0; from < change.bytes().length; from += SECTOR) {
      if (kind == 0 || (kind == 1 && random.nextBoolean())) {
        byte[] sector =
            Arrays.copyOfRange(
                change.bytes(), from, Math.min(from + SECTOR, change.bytes().length));
        bytes = written(bytes, change.position() + from, sector);
      }
    }
  }
}
