package io.basalt.storage.rebuild;

import io.basalt.storage.commit.Attempt;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.root.Place.Mirrors;
import io.basalt.storage.root.Place.StripePlace;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Stripe;
import io.basalt.storage.segment.EventFilter;
import io.basalt.storage.segment.IndexBlock;
import io.basalt.storage.segment.IndexBlockCodec.Walk;
import io.basalt.storage.segment.SegmentReader;
import io.basalt.storage.stripe.PackedSegment;
import io.basalt.storage.stripe.StripeSurvey;
import io.basalt.storage.tree.Shard;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Where segments stand, told by their files and by strips alone, and their index blocks. A segment
 * that two mirrors hold stands there; else in a stripe, if one can be read that holds it; else on
 * one mirror.
 *
 * <p>Of two mirrors that end differently, one that is sealed is right, and the shorter of two such:
 * a seal stands where a root says that the segment ends, or where its writer ended it, which is no
 * earlier. Without a seal a mirror that ends cleanly is right, and the shorter of two such, since
 * what counts was forced on both. What is left is the longer of two that are damaged.
 */
final class FoundSegments implements Closeable {
  private static final Comparator<Mirror> BEST =
      Comparator.comparing((Mirror each) -> each.walk().sealedDataEnd().isEmpty())
          .thenComparing(each -> each.walk().damage() != null)
          .thenComparingLong(each -> each.walk().damage() == null ? each.blocks() : -each.blocks());

  private final DriveSet drives;
  private final Consumer<IndexBlock> blocks;
  private final Consumer<String> notes;
  private final SegmentReader reader;
  private final Map<String, SegmentLocation> segments = new TreeMap<>();
  private final Map<String, Stripe> stripes = new HashMap<>();
  private final Set<String> damagedStripes = new HashSet<>();
  private final Map<String, Long> shardsEnd = new HashMap<>();

  private FoundSegments(DriveSet drives, Consumer<IndexBlock> blocks, Consumer<String> notes) {
    this.drives = drives;
    this.blocks = blocks;
    this.notes = notes;
    this.reader = new SegmentReader(drives, id -> Optional.ofNullable(stripes.get(id)));
  }

  /**
   * Looks at all segments and strips.
   *
   * @param blocks takes the index blocks of one segment after the other
   * @param notes takes a sentence on each file that is damaged
   */
  static FoundSegments of(
      DriveSet drives, FoundFiles files, Consumer<IndexBlock> blocks, Consumer<String> notes)
      throws IOException {
    FoundSegments found = new FoundSegments(drives, blocks, notes);
    try {
      Map<String, PackedSegment> packed = found.packed(files);
      for (String name : files.in("segments")) {
        String id = name.substring("segments/".length());
        if (Attempt.ofFile(name).isPresent()) {
          found.place(id, found.mirrors(id, files.on(name)), packed.remove(id));
        }
      }
      for (PackedSegment segment : packed.values()) {
        found.placeInStripe(segment);
      }
    } catch (IOException | RuntimeException e) {
      found.close();
      throw e;
    }
    return found;
  }

  /** A mirror's file of a segment, and what a walk down from its end found. */
  private record Mirror(String drive, long size, Walk walk) {
    int blocks() {
      return walk.blocks().size();
    }
  }

  private List<Mirror> mirrors(String id, Map<String, Long> files) throws InterruptedIOException {
    List<Mirror> mirrors = new ArrayList<>();
    for (Map.Entry<String, Long> file : files.entrySet()) {
      try {
        mirrors.add(new Mirror(file.getKey(), file.getValue(), reader.walk(id, file.getKey())));
      } catch (InterruptedIOException left) {
        throw left;
      } catch (IOException damaged) {
        notes.accept(
            "segment %s on drive %s: %s".formatted(id, file.getKey(), damaged.getMessage()));
      }
    }
    return mirrors;
  }

  /** Each segment in a stripe, in the one with most of its strips left. */
  private Map<String, PackedSegment> packed(FoundFiles files) throws InterruptedIOException {
    StripeSurvey survey = new StripeSurvey(drives);
    for (String name : files.in("stripes")) {
      for (String drive : files.on(name).keySet()) {
        survey.look(drive, name, notes);
      }
    }
    List<StripeSurvey.Found> found = new ArrayList<>(survey.stripes());
    found.sort(
        Comparator.comparing(StripeSurvey.Found::isReadable)
            .thenComparingInt(each -> each.strips() - each.stripe().strips())
            .thenComparing(each -> each.stripe().id()));
    Map<String, PackedSegment> packed = new HashMap<>();
    for (StripeSurvey.Found each : found) {
      stripes.put(each.stripe().id(), each.stripe());
      if (!each.isReadable()) {
        damagedStripes.add(each.stripe().id());
        notes.accept(
            "stripe %s: %d of its %d+%d strips are there"
                .formatted(
                    each.stripe().id(),
                    each.strips(),
                    each.stripe().dataStrips(),
                    each.stripe().parityStrips()));
      }
      each.segments().forEach(segment -> packed.put(segment.segment().segment(), segment));
    }
    return packed;
  }

  private void place(String id, List<Mirror> mirrors, PackedSegment packed)
      throws InterruptedIOException {
    boolean inStripe = packed != null && !isDamaged(packed);
    if (inStripe && mirrors.size() < 2) {
      placeInStripe(packed);
    } else if (!mirrors.isEmpty()) {
      placeOnMirrors(id, mirrors);
    } else if (packed != null) {
      placeInStripe(packed);
    }
  }

  private void placeOnMirrors(String id, List<Mirror> mirrors) {
    Mirror best = mirrors.stream().min(BEST).orElseThrow();
    List<String> on =
        mirrors.stream()
            .filter(each -> each.size() == best.size())
            .sorted(BEST)
            .map(Mirror::drive)
            .toList();
    long start = best.walk().start();
    long dataEnd = best.walk().sealedDataEnd().orElse(start);
    segments.put(id, new SegmentLocation(id, new Mirrors(on), best.size(), dataEnd, start));
    if (best.walk().sealedDataEnd().isEmpty()) {
      shardsEnd.put(id, 0L);
    }
    best.walk().blocks().forEach(blocks);
  }

  private boolean isDamaged(PackedSegment packed) {
    return packed.segment().place() instanceof StripePlace place
        && damagedStripes.contains(place.stripe());
  }

  private void placeInStripe(PackedSegment packed) throws InterruptedIOException {
    SegmentLocation segment = packed.segment();
    segments.put(segment.segment(), segment);
    try {
      reader.indexBlocks(segment).forEach(blocks);
    } catch (InterruptedIOException left) {
      throw left;
    } catch (IOException lost) {
      notes.accept("segment %s: %s".formatted(segment.segment(), lost.getMessage()));
    }
  }

  /** The index blocks of a segment once more, with the wanted events. */
  List<IndexBlock> blocks(String id, EventFilter wanted) throws IOException {
    SegmentLocation segment = segments.get(id);
    return reader.indexBlocks(segment, segment.indexStart(), wanted);
  }

  /** Whether a shard stands where one can read it; does not look at its bytes unless in doubt. */
  boolean isThere(Shard shard) throws InterruptedIOException {
    SegmentLocation segment = segments.get(shard.segment());
    if (segment == null || shard.position() + shard.length() > segment.dataEnd()) {
      return false;
    }
    boolean doubtful =
        segment.place() instanceof StripePlace place && damagedStripes.contains(place.stripe());
    return !doubtful || isIntact(shard);
  }

  /** Whether some copy of a shard has its checksum. */
  boolean isIntact(Shard shard) throws InterruptedIOException {
    SegmentLocation segment = segments.get(shard.segment());
    if (segment == null) {
      return false;
    }
    try {
      reader.read(segment, shard.position(), ByteBuffer.allocate(shard.length()), shard.crc32c());
      return true;
    } catch (InterruptedIOException left) {
      throw left;
    } catch (IOException lost) {
      return false;
    }
  }

  /** Notes that the tree refers to a shard: a segment without a seal ends behind the last one. */
  void refer(Shard shard) {
    shardsEnd.computeIfPresent(
        shard.segment(), (id, end) -> Math.max(end, shard.position() + shard.length()));
  }

  /** The places of these segments, as far as they were found. */
  List<SegmentLocation> places(Collection<String> ids) {
    List<SegmentLocation> places = new ArrayList<>();
    for (String id : ids) {
      SegmentLocation segment = segments.get(id);
      if (segment != null) {
        places.add(
            new SegmentLocation(
                id,
                segment.place(),
                segment.size(),
                shardsEnd.getOrDefault(id, segment.dataEnd()),
                segment.indexStart()));
      }
    }
    return places;
  }

  /** The stripes that some of these places stand in. */
  List<Stripe> stripes(List<SegmentLocation> places) {
    return places.stream()
        .map(SegmentLocation::place)
        .filter(StripePlace.class::isInstance)
        .map(place -> stripes.get(((StripePlace) place).stripe()))
        .distinct()
        .toList();
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
