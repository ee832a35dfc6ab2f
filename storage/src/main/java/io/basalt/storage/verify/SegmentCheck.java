package io.basalt.storage.verify;

import io.basalt.storage.CorruptDataException;
import io.basalt.storage.drive.DriveFile;
import io.basalt.storage.drive.DriveInfo;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.root.Place.StripePlace;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Stripe;
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
import java.util.function.Function;
import java.util.zip.CRC32C;

/**
 * Segments, mirror by mirror: both are there, whole, in different enclosures, with equal index
 * blocks; every shard that an event names lies below the committed end and matches its checksum.
 * Those in stripes are read as a reader does, with whatever strips are left.
 */
final class SegmentCheck implements AutoCloseable {
  private final DriveSet drives;
  private final Findings findings;
  private final SegmentReader reader;
  private final Map<String, String> enclosures = new HashMap<>();

  SegmentCheck(DriveSet drives, Findings findings, Function<String, Optional<Stripe>> stripesById) {
    this.drives = drives;
    this.findings = findings;
    this.reader = new SegmentReader(drives, stripesById);
    for (DriveInfo info : drives.infos()) {
      enclosures.put(info.id(), info.enclosure());
    }
  }

  /** The index blocks of a segment, by any mirror that has them. */
  List<IndexBlock> index(SegmentLocation segment) {
    findings.count("segments", 1);
    if (segment.place() instanceof StripePlace place) {
      return indexInStripe(segment, place);
    }
    if (segment.mirrors().stream().map(enclosures::get).distinct().count() < 2) {
      findings.problem(
          Problem.Kind.SEGMENT,
          String.join(",", segment.mirrors()),
          segment.fileName(),
          "its mirrors are not in two enclosures");
    }
    Optional<List<IndexBlock>> first = Optional.empty();
    for (String drive : segment.mirrors()) {
      Optional<List<IndexBlock>> blocks = index(segment, drive);
      if (first.isPresent() && blocks.isPresent() && !first.equals(blocks)) {
        findings.problem(
            Problem.Kind.SEGMENT,
            drive,
            segment.fileName(),
            "has other index blocks than its mirror");
      }
      first = first.or(() -> blocks);
    }
    return first.orElse(List.of());
  }

  private List<IndexBlock> indexInStripe(SegmentLocation segment, StripePlace place) {
    try {
      return reader.indexBlocks(segment);
    } catch (IOException e) {
      findings.problem(Problem.Kind.SEGMENT, "", segment.segment(), inStripe(place, Copies.why(e)));
      return List.of();
    }
  }

  private static String inStripe(StripePlace place, String what) {
    return "in stripe %s at %d: %s".formatted(place.stripe(), place.offset(), what);
  }

  private Optional<List<IndexBlock>> index(SegmentLocation segment, String drive) {
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
        findings.problem(
            Problem.Kind.SEGMENT,
            drive,
            segment.fileName(),
            "has %d bytes, not %d".formatted(length, segment.size()));
      }
      findings.count("bytes", segment.size() - segment.indexStart());
      return Optional.of(reader.indexBlocks(segment, drive));
    } catch (IOException e) {
      findings.problem(Problem.Kind.SEGMENT, drive, segment.fileName(), Copies.why(e));
      return Optional.empty();
    }
  }

  /** Checks shards of one segment on both mirrors, each drive opening its file once. */
  void shards(SegmentLocation segment, Collection<Shard> shards) {
    for (Shard shard : shards) {
      if (shard.position() < 0 || shard.position() + shard.length() > segment.dataEnd()) {
        findings.problem(
            Problem.Kind.TREE,
            "",
            segment.fileName(),
            "%s lies beyond its committed end %d".formatted(shard, segment.dataEnd()));
      }
    }
    if (segment.place() instanceof StripePlace place) {
      shardsInStripe(segment, place, shards);
    }
    for (String drive : segment.mirrors()) {
      try {
        drives.call(drive, d -> read(drive, d.open(segment.fileName()), shards));
      } catch (IOException e) {
        findings.problem(Problem.Kind.SEGMENT, drive, segment.fileName(), Copies.why(e));
      }
    }
  }

  private void shardsInStripe(
      SegmentLocation segment, StripePlace place, Collection<Shard> shards) {
    for (Shard shard : shards) {
      try {
        reader.read(segment, shard.position(), ByteBuffer.allocate(shard.length()), shard.crc32c());
        findings.count("shards", 1);
        findings.count("bytes", shard.length());
      } catch (IOException e) {
        findings.problem(Problem.Kind.SHARD, "", segment.segment(), inStripe(place, Copies.why(e)));
      }
    }
  }

  private Void read(String drive, DriveFile opened, Collection<Shard> shards) throws IOException {
    try (DriveFile file = opened) {
      for (Shard shard : shards) {
        try {
          check(drive, file, shard);
          findings.count("shards", 1);
          findings.count("bytes", shard.length());
        } catch (CorruptDataException | EOFException e) {
          findings.problem(Problem.Kind.SHARD, drive, file.name(), e.getMessage());
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
