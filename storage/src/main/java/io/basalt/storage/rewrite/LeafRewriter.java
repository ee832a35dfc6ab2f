package io.basalt.storage.rewrite;

import io.basalt.storage.config.Tier;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.leaf.LeafLimits;
import io.basalt.storage.leaf.LeafRef;
import io.basalt.storage.leaf.LeafWriter;
import io.basalt.storage.leaf.TreeFileWriter;
import io.basalt.storage.migrate.StripeShape;
import io.basalt.storage.read.StoreReader;
import io.basalt.storage.rewrite.RewritePlan.Task;
import io.basalt.storage.root.Place.StripePlace;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Stripe;
import io.basalt.storage.stripe.PackedSegment;
import io.basalt.storage.stripe.StripeWriter;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.Extent;
import io.basalt.storage.tree.FileState;
import io.basalt.storage.tree.PathRange;
import io.basalt.storage.tree.PathState;
import io.basalt.storage.tree.Shard;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies live parts of sparse segments into new ones, and writes the leaves that refer to them with
 * the new places. Nothing refers to what it writes before the commit; doing it twice writes it
 * twice. Leaves are taken batch by batch, and each is whole by itself: where there is no room, or a
 * part cannot be read, a batch is left out and all others count.
 *
 * <p>Memory grows with the parts of a batch, which is bounded by their number, not by the bytes
 * that they have. Belongs to one thread.
 */
public final class LeafRewriter {
  private static final Logger LOG = LoggerFactory.getLogger(LeafRewriter.class);
  private static final int MOST_PARTS = 1 << 18;

  /** Parts in the order in which they stand: neighbours are read in one go and stay neighbours. */
  private static final Comparator<Part> BY_PLACE =
      Comparator.comparing((Part part) -> part.shard().segment())
          .thenComparingLong(part -> part.shard().position())
          .thenComparingInt(Part::skip);

  private final StoreReader base;
  private final DriveSet drives;
  private final TreeFileWriter files;
  private final LeafLimits limits;
  private final Options options;
  private final RandomGenerator random;
  private final PartReader parts;
  private final MirrorWriter mirrors;
  private final StripeWriter stripes;
  private long sequence;

  /**
   * How new segments and stripes are made.
   *
   * @param owner begins with the attempt, is in the id of each segment and stripe, and no other
   *     writer has it
   * @param segmentSize bytes of a segment, at most
   * @param code of new stripes
   * @param executor runs the reads for a stripe
   */
  public record Options(String owner, long segmentSize, StripeShape.Code code, Executor executor) {}

  /**
   * A worker.
   *
   * @param base reads the root whose leaves are rewritten
   */
  public LeafRewriter(
      StoreReader base,
      DriveSet drives,
      TreeFileWriter files,
      LeafLimits limits,
      Options options,
      RandomGenerator random) {
    this.base = base;
    this.drives = drives;
    this.files = files;
    this.limits = limits;
    this.options = options;
    this.random = random;
    this.parts = new PartReader(base);
    this.mirrors = new MirrorWriter(drives, random, parts);
    this.stripes = new StripeWriter(drives);
  }

  /**
   * Does a part of the work.
   *
   * @throws IOException if leaves cannot be read or written
   */
  public Rewritten rewrite(Task task) throws IOException {
    Pass pass = new Pass(task);
    for (LeafRef leaf : task.leaves()) {
      pass.add(leaf);
    }
    pass.finishBatch();
    return pass.done();
  }

  private Iterator<PathState> states(LeafRef leaf) throws IOException {
    return base.settled(PathRange.between(leaf.minPath(), leaf.maxPath()));
  }

  /** The work of one task. */
  private final class Pass {
    private final Task task;
    private final List<LeafRef> removed = new ArrayList<>();
    private final List<LeafRef> added = new ArrayList<>();
    private final List<SegmentLocation> segments = new ArrayList<>();
    private final List<Stripe> made = new ArrayList<>();
    private final Map<String, Long> liveBytes = new HashMap<>();
    private final List<String> problems = new ArrayList<>();
    private List<LeafRef> batch = new ArrayList<>();
    private TreeMap<Part, Tier> wanted = new TreeMap<>(BY_PLACE);
    private long bytes;

    private Pass(Task task) {
      this.task = task;
    }

    private void add(LeafRef leaf) throws IOException {
      boolean refers = false;
      for (Iterator<PathState> states = states(leaf); states.hasNext(); ) {
        refers |= collect(states.next());
      }
      if (refers) {
        batch.add(leaf);
      }
      if (wanted.size() >= MOST_PARTS || bytes >= mostBytes()) {
        finishBatch();
      }
    }

    /** A stripe that is as wide and long as a migration's. */
    private long mostBytes() {
      return options.code().widestData() * options.segmentSize();
    }

    private boolean collect(PathState state) {
      boolean refers = false;
      for (Extent extent : state.file().map(FileState::extents).orElse(List.of())) {
        refers |= collect(Part.of(extent));
      }
      for (Event event : state.parts()) {
        for (Shard shard : event.shards()) {
          refers |= collect(Part.of(shard));
        }
      }
      return refers;
    }

    private boolean collect(Part part) {
      Optional<Tier> tier = task.tier(part.shard().segment());
      if (tier.isPresent() && wanted.put(part, tier.get()) == null) {
        bytes += part.take();
      }
      return tier.isPresent();
    }

    /** Copies what the leaves of the batch refer to, then writes these leaves. */
    private void finishBatch() throws IOException {
      if (!batch.isEmpty()) {
        try {
          Copies copies = copy();
          List<LeafRef> written = write(copies);
          removed.addAll(batch);
          added.addAll(written);
          segments.addAll(copies.segments);
          made.addAll(copies.stripes);
          copies.liveBytes.forEach((id, more) -> liveBytes.merge(id, more, Long::sum));
        } catch (InterruptedIOException left) {
          throw left;
        } catch (IOException e) {
          LOG.warn("{} leaves keep their places: {}", batch.size(), e.getMessage());
          problems.add(e.getMessage());
        }
      }
      batch = new ArrayList<>();
      wanted = new TreeMap<>(BY_PLACE);
      bytes = 0;
    }

    private Copies copy() throws IOException {
      Copies copies = new Copies();
      for (NewSegment segment : newSegments(Tier.SCM)) {
        copies.add(segment, mirrors.write(segment, task.usedMillis(segment.sources())));
      }
      List<NewSegment> cold = newSegments(Tier.CAPACITY);
      if (!cold.isEmpty()) {
        stripe(cold, copies);
      }
      return copies;
    }

    private List<NewSegment> newSegments(Tier tier) throws IOException {
      List<NewSegment> made = new ArrayList<>();
      List<Part> some = new ArrayList<>();
      long size = 0;
      for (Map.Entry<Part, Tier> each : wanted.entrySet()) {
        if (each.getValue() != tier) {
          continue;
        }
        Part part = each.getKey();
        long upper = NewSegment.upperBytes(some.size() + 1);
        if (!some.isEmpty() && size + part.take() + upper > options.segmentSize()) {
          made.add(newSegment(some));
          some = new ArrayList<>();
          size = 0;
        }
        some.add(part);
        size += part.take();
      }
      if (!some.isEmpty()) {
        made.add(newSegment(some));
      }
      return made;
    }

    private NewSegment newSegment(List<Part> some) throws IOException {
      return new NewSegment(options.owner() + "-" + sequence++, some, parts::crc32c);
    }

    private void stripe(List<NewSegment> cold, Copies copies) throws IOException {
      List<PackedSegment> packed = new ArrayList<>();
      long offset = 0;
      String id = options.owner() + "-" + sequence++;
      for (NewSegment segment : cold) {
        packed.add(new PackedSegment(segment.at(new StripePlace(id, offset)), offset));
        offset += packed.get(packed.size() - 1).segment().packedBytes();
      }
      long dataBytes = offset;
      StripeShape shape =
          StripeShape.choose(options.code(), Room.on(drives, Tier.CAPACITY), dataBytes, random)
              .orElseThrow(
                  () ->
                      new IOException(
                          "too few capacity drives have room for a rewritten stripe of %d bytes"
                              .formatted(dataBytes)));
      Stripe stripe = shape.stripe(id);
      stripes.write(stripe, packed, parts.source(cold, options.executor()));
      for (int i = 0; i < cold.size(); i++) {
        copies.add(cold.get(i), packed.get(i).segment());
      }
      copies.stripes.add(stripe);
    }

    private List<LeafRef> write(Copies copies) throws IOException {
      List<LeafRef> written = new ArrayList<>();
      for (LeafRef leaf : batch) {
        LeafWriter leaves = new LeafWriter(files, limits);
        for (Iterator<PathState> states = states(leaf); states.hasNext(); ) {
          leaves.add(copies.moved(states.next()));
        }
        written.addAll(leaves.finish());
      }
      return written;
    }

    private Rewritten done() {
      liveBytes.values().removeIf(more -> more == 0);
      return new Rewritten(removed, added, segments, made, liveBytes, problems);
    }
  }

  /** What a batch has copied, and what that changes. */
  private static final class Copies {
    private final Map<Part, Shard> places = new HashMap<>();
    private final List<SegmentLocation> segments = new ArrayList<>();
    private final List<Stripe> stripes = new ArrayList<>();
    private final Map<String, Long> liveBytes = new HashMap<>();

    private void add(NewSegment segment, SegmentLocation location) {
      places.putAll(segment.shards());
      segments.add(location);
    }

    private PathState moved(PathState state) {
      List<Event> pending = state.parts().stream().map(this::moved).toList();
      return new PathState(state.path(), state.file().map(this::moved), pending);
    }

    private FileState moved(FileState file) {
      List<Extent> extents = file.extents().stream().map(this::moved).toList();
      return new FileState(file.path(), file.size(), file.modified(), file.version(), extents);
    }

    private Extent moved(Extent extent) {
      Shard place = place(Part.of(extent));
      return place == null ? extent : new Extent(extent.start(), place, 0, extent.take());
    }

    private Event moved(Event part) {
      return part.withShards(
          part.shards().stream()
              .map(
                  shard -> {
                    Shard place = place(Part.of(shard));
                    return place == null ? shard : place;
                  })
              .toList());
    }

    /** Counts one reference that is changed; null if the part stays where it is. */
    private Shard place(Part part) {
      Shard place = places.get(part);
      if (place != null) {
        liveBytes.merge(part.shard().segment(), -(long) part.take(), Long::sum);
        liveBytes.merge(place.segment(), (long) part.take(), Long::sum);
      }
      return place;
    }
  }
}
