package io.basalt.storage.location;

import io.basalt.storage.commit.Attempt;
import io.basalt.storage.commit.CommitConflictException;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.root.FileRef;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.RootBuilder;
import io.basalt.storage.root.SegmentLocation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Adds segments to the location map. A new file takes in the youngest files before it while these
 * are not much larger than itself, so that their number stays logarithmic in the number of
 * segments. One instance per attempt; a stop leaves only a file that no root names.
 */
public final class LocationMapWriter {
  private static final int COPIES = 2;
  private static final int GROWTH = 2;

  private final MirroredFiles mirrors;
  private final Attempt attempt;
  private final AtomicLong sequence = new AtomicLong();

  public LocationMapWriter(MirroredFiles mirrors, Attempt attempt) {
    this.mirrors = mirrors;
    this.attempt = attempt;
  }

  /** Writes the file that adds these segments to the head's map; {@link Written} makes it count. */
  public Written write(Root head, List<SegmentLocation> added) throws IOException {
    LocationMap map = LocationMap.load(mirrors, head);
    List<SegmentLocation> locations = new ArrayList<>(added);
    List<FileRef> merged = new ArrayList<>();
    for (int i = head.locationMap().size() - 1; i >= 0; i--) {
      FileRef file = head.locationMap().get(i);
      if (map.in(file).size() > GROWTH * locations.size()) {
        break;
      }
      locations.addAll(map.in(file));
      merged.add(file);
    }
    requireOnce(locations);
    byte[] bytes = LocationMapCodec.encode(locations);
    List<String> drives = mirrors.pickDrives(COPIES, bytes.length);
    if (drives.size() < COPIES) {
      throw new IOException(
          "drives of two enclosures with %d bytes free are needed for the location map; found %s"
              .formatted(bytes.length, drives));
    }
    String name = "maps/" + attempt + "-" + sequence.getAndIncrement();
    return new Written(mirrors.write(drives, name, ByteBuffer.wrap(bytes)), merged);
  }

  private static void requireOnce(List<SegmentLocation> locations) {
    Set<String> seen = new HashSet<>();
    for (SegmentLocation location : locations) {
      if (!seen.add(location.segment())) {
        throw new IllegalStateException(
            "segment " + location.segment() + " would stand twice in the location map");
      }
    }
  }

  /** A written file and those that it replaces. */
  public record Written(FileRef file, List<FileRef> merged) {
    public Written {
      merged = List.copyOf(merged);
    }

    /**
     * Puts the file into a root's map in place of those it merged.
     *
     * @throws CommitConflictException if one of them is no longer in the map
     */
    public void apply(RootBuilder next) throws CommitConflictException {
      if (!next.locationMap().containsAll(merged)) {
        throw new CommitConflictException(
            "the location map changed while " + file.name() + " was written: plan anew");
      }
      List<FileRef> files = new ArrayList<>(next.locationMap());
      files.removeAll(merged);
      files.add(file);
      next.locationMap(files);
    }
  }
}
