package io.basalt.storage.segment;

import io.basalt.storage.drive.Drive;
import io.basalt.storage.drive.DriveFile;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.root.SegmentLocation;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Seals segments of writers that are gone, at the end that a root has committed.
 *
 * <p>Crash argument: the seal overwrites bytes below the committed index blocks only, which no root
 * names, with the same bytes each time. A zombie may write over it; readers with a root never look
 * there, and readers without one find the zombie's intact blocks of records that the next attempt
 * has read again.
 */
public final class SegmentSealer {
  private static final Logger LOG = LoggerFactory.getLogger(SegmentSealer.class);

  private SegmentSealer() {}

  /**
   * Writes and forces a seal on each mirror that can be reached; may be repeated.
   *
   * @return the drives that hold the seal. It may be fewer than two: a mirror that is gone needs
   *     none, and the root decides what is committed.
   * @throws InterruptedIOException if the caller is interrupted
   */
  public static List<String> seal(DriveSet drives, SegmentLocation segment) throws IOException {
    List<String> sealed = new ArrayList<>();
    for (String drive : segment.mirrors()) {
      try {
        drives.call(drive, d -> seal(d, segment));
        sealed.add(drive);
      } catch (InterruptedIOException left) {
        throw left;
      } catch (IOException unreachable) {
        LOG.warn("Segment {} is not sealed on one mirror: {}", segment, unreachable.toString());
      }
    }
    return sealed;
  }

  private static Void seal(Drive drive, SegmentLocation segment) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(IndexBlockCodec.SEAL_BYTES);
    IndexBlockCodec.encodeSeal(segment.segment(), segment.dataEnd(), bytes);
    try (DriveFile file = drive.openForWrite(segment.fileName())) {
      file.write(bytes.flip(), segment.indexStart() - IndexBlockCodec.SEAL_BYTES);
      file.force();
    }
    return null;
  }
}
