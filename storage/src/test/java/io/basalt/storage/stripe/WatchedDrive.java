package io.basalt.storage.stripe;

import io.basalt.storage.drive.Drive;
import io.basalt.storage.drive.DriveFile;
import io.basalt.storage.drive.ForwardingDrive;
import io.basalt.storage.drive.ForwardingFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A drive that remembers where it was written, and may store one byte wrongly. */
final class WatchedDrive extends ForwardingDrive {
  private final Map<String, List<long[]>> writes = new TreeMap<>();
  private long rotAt = -1;

  WatchedDrive(Drive drive) {
    super(drive);
  }

  /** From now on the byte at this position of any file is stored wrongly. */
  void rot(long position) {
    rotAt = position;
  }

  /** Positions and lengths of the writes to a file, in order. */
  List<long[]> writes(String name) {
    return writes.get(name);
  }

  @Override
  public DriveFile create(String name, long size) throws IOException {
    return new Watched(super.create(name, size));
  }

  private final class Watched extends ForwardingFile {
    Watched(DriveFile file) {
      super(file);
    }

    @Override
    public void write(ByteBuffer source, long position) throws IOException {
      long end = position + source.remaining();
      writes.computeIfAbsent(name(), n -> new ArrayList<>()).add(new long[] {position, end});
      file.write(source, position);
      if (position <= rotAt && rotAt < end) {
        ByteBuffer one = ByteBuffer.allocate(1);
        file.read(one, rotAt);
        file.write(one.put(0, (byte) (one.get(0) ^ 0x10)).clear(), rotAt);
      }
    }
  }
}
