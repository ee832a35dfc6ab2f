package io.basalt.storage.verify;

import io.basalt.storage.CorruptDataException;
import io.basalt.storage.drive.DriveFile;
import io.basalt.storage.drive.DriveInfo;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.root.Place.StripePlace;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.segment.EventFilter;
import io.basalt.storage.segment.IndexBlock;
import io.basalt.storage.segment.SegmentReader;
import io.basalt.storage.tree.Shard;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Segments, mirror by mirror: both are there, whole, in different enclosures, with equal index
 * blocks; every shard that an event names lies below the committed end and matches its checksum.
 * Those in stripes are read as a reader does, with whatever strips are left. One that moved since
 * the head was read is checked where it is by now.
 */
final class SegmentCheck implements AutoCloseable {
  private final DriveSet drives;
  private final Findings findings;
  private final NewestPlaces newest;
  private final SegmentReader reader;
  private final Map<String, String> enclosures = new HashMap<>();
  private boolean freed;
  private boolean missedIndex;

  SegmentCheck(DriveSet drives, Findings findings, NewestPlaces newest) {
    this.drives = drives;
    this.findings = findings;
    this.newest = newest;
    this.reader = new SegmentReader(drives, newest::stripe);
    for (DriveInfo info : drives.infos()) {
      enclosures.put(info.id(), info.enclosure());
    }
  }

  /** Whether a segment was freed since the head was read, and its index blocks with it. */
  boolean sawFreed() {
    return freed;
  }

  /** Whether the index of a segment could be read nowhere. */
  boolean missedIndex() {
    return missedIndex;
  }

  /** A look at a segment at one place, and what it found there. */
  @FunctionalInterface
  private interface Look<T> {
    T at(SegmentLocation place, Findings found);
  }

  /** What was found of an index; no blocks if it could be read nowhere. */
  private record Index(boolean wasRead, List<IndexBlock> blocks) {}

  /**
   * The index blocks of a segment, by any mirror that has them: those that are committed at the
   * place given, whatever its writer has added since.
   */
  List<IndexBlock> index(SegmentLocation segment) {
    Optional<Index> index =
        look(
            segment,
            (place, found) ->
                index(place, segment.indexStart(), found)
                    .map(blocks -> new Index(true, blocks))
                    .orElseGet(() -> new Index(false, List.of())));
    missedIndex |= index.isPresent() && !index.get().wasRead();
    return index.map(Index::blocks).orElse(List.of());
  }

  /** The same once more, with the wanted events; looks at no other mirror than it needs. */
  List<IndexBlock> again(SegmentLocation segment, EventFilter wanted) throws IOException {
    try {
      return reader.indexBlocks(segment, segment.indexStart(), wanted);
    } catch (IOException moved) {
      SegmentLocation now = newest.find(segment).orElse(segment);
      if (now.place().equals(segment.place())) {
        throw moved;
      }
      return reader.indexBlocks(now, segment.indexStart(), wanted);
    }
  }

  /** Checks shards of one segment on both mirrors, each drive opening its file once. */
  void shards(SegmentLocation segment, Collection<Shard> shards) {
    boolean ignored =
        look(
                segment,
                (place, found) -> {
                  shards(place, shards, found);
                  return true;
                })
            .isPresent();
  }

  /**
   * What is wrong with a segment counts only where it stands by the newest head too; empty if it
   * was freed, and what the tree misses then, the next verifier says.
   */
  private <T> Optional<T> look(SegmentLocation seen, Look<T> look) {
    SegmentLocation place;
    Optional<SegmentLocation> now = Optional.of(seen);
    Findings found;
    T result;
    do {
      place = now.get();
      found = new Findings(Watcher.NONE);
      result = look.at(place, found);
      now = found.hasProblems() ? newest.find(place) : now;
      if (now.isEmpty()) {
        freed = true;
        return Optional.empty();
      }
      // A segment moves from its mirrors into a stripe, and once more at most: this ends.
    } while (!now.get().place().equals(place.place()));
    findings.add(found);
    return Optional.of(result);
  }

  /** Empty if no copy has it. */
  private Optional<List<IndexBlock>> index(SegmentLocation segment, long from, Findings found) {
    found.count("segments", 1);
    if (segment.place() instanceof StripePlace place) {
      return indexInStripe(segment, place, from, found);
    }
    if (segment.mirrors().stream().map(enclosures::get).distinct().count() < 2) {
      found.problem(
          Problem.Kind.SEGMENT,
          String.join(",", segment.mirrors()),
          segment.fileName(),
          "its mirrors are not in two enclosures");
    }
    Optional<List<IndexBlock>> first = Optional.empty();
    for (String drive : segment.mirrors()) {
      Optional<List<IndexBlock>> blocks = index(segment, drive, from, found);
      if (first.isPresent() && blocks.isPresent() && !first.equals(blocks)) {
        found.problem(
            Problem.Kind.SEGMENT,
            drive,
            segment.fileName(),
            "has other index blocks than its mirror");
      }
      first = first.or(() -> blocks);
    }
    return first;
  }

  private Optional<List<IndexBlock>> indexInStripe(
      SegmentLocation segment, StripePlace place, long from, Findings found) {
    try {
      return Optional.of(reader.indexBlocks(segment, from, EventFilter.ALL));
    } catch (IOException e) {
      found.problem(Problem.Kind.SEGMENT, "", segment.segment(), inStripe(place, Copies.why(e)));
      return Optional.empty();
    }
  }

  private static String inStripe(StripePlace place, String what) {
    return "in stripe %s at %d: %s".formatted(place.stripe(), place.offset(), what);
  }

  private Optional<List<IndexBlock>> index(
      SegmentLocation segment, String drive, long from, Findings found) {
    try {
      long length =
          drives.call(
              drive,
              d -> {
                try (DriveFile file = d.open(segment.fileName())) {
                  return file.length();
                }
              });
      if (length != segment.size()) {
        found.problem(
            Problem.Kind.SEGMENT,
            drive,
            segment.fileName(),
            "has %d bytes, not %d".formatted(length, segment.size()));
      }
      found.count("bytes", segment.size() - from);
      return Optional.of(reader.indexBlocks(segment, from, drive));
    } catch (IOException e) {
      found.problem(Problem.Kind.SEGMENT, drive, segment.fileName(), Copies.why(e));
      return Optional.empty();
    }
  }

  private void shards(SegmentLocation segment, Collection<Shard> shards, Findings found) {
    for (Shard shard : shards) {
      if (shard.position() < 0 || shard.position() + shard.length() > segment.dataEnd()) {
        found.problem(
            Problem.Kind.TREE,
            "",
            segment.fileName(),
            "%s lies beyond its committed end %d".formatted(shard, segment.dataEnd()));
      }
    }
    if (segment.place() instanceof StripePlace place) {
      shardsInStripe(segment, place, shards, found);
    }
    for (String drive : segment.mirrors()) {
      try {
        drives.call(drive, d -> read(drive, d.open(segment.fileName()), shards, found));
      } catch (IOException e) {
        found.problem(Problem.Kind.SEGMENT, drive, segment.fileName(), Copies.why(e));
      }
    }
  }

  private void shardsInStripe(
      SegmentLocation segment, StripePlace place, Collection<Shard> shards, Findings found) {
    for (Shard shard : shards) {
      try {
        reader.read(segment, shard.position(), ByteBuffer.allocate(shard.length()), shard.crc32c());
        found.count("shards", 1);
        found.count("bytes", shard.length());
      } catch (IOException e) {
        found.problem(Problem.Kind.SHARD, "", segment.segment(), inStripe(place, Copies.why(e)));
      }
    }
  }

  private Void read(String drive, DriveFile opened, Collection<Shard> shards, Findings found)
      throws IOException {
    try (DriveFile file = opened) {
      for (Shard shard : shards) {
        try {
          check(drive, file, shard);
          found.count("shards", 1);
          found.count("bytes", shard.length());
        } catch (CorruptDataException | EOFException e) {
          found.problem(Problem.Kind.SHARD, drive, file.name(), e.getMessage());
        }
      }
    }
    return null;
  }

  private static void check(String drive, DriveFile file, Shard shard) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(shard.length());
    file.read(bytes, shard.position());
    CRC32C crc = new CRC32C();
    crc.update(bytes.flip());
    if ((int) crc.getValue() != shard.crc32c()) {
      throw new CorruptDataException(
          drive,
          file.name(),
          shard.position(),
          "CRC32C %08x".formatted(shard.crc32c()),
          "%08x".formatted((int) crc.getValue()));
    }
  }

  @Override
  public void close() {
    try {
      reader.close();
    } catch (IOException e) {
      // Files that were only read lose nothing when they do not close.
      findings.count("files that did not close", 1);
    }
  }
}
