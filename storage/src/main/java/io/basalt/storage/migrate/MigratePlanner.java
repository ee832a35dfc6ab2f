package io.basalt.storage.migrate;

import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.config.StoreConfig.Erasure;
import io.basalt.storage.config.StoreConfig.Watermark;
import io.basalt.storage.drive.Placement;
import io.basalt.storage.drive.Placement.Candidate;
import io.basalt.storage.drive.Space;
import io.basalt.storage.migrate.MigratePlan.PlannedSegment;
import io.basalt.storage.migrate.MigratePlan.PlannedStripe;
import io.basalt.storage.migrate.MigratePlan.Why;
import io.basalt.storage.migrate.MigrateView.ScmDrive;
import io.basalt.storage.root.Place.Mirrors;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Stripe;
import io.basalt.storage.root.Tail;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Decides what moves: segments that have lost a mirror at any fill, and, once an SCM drive is at
 * least {@code high} full, the coldest sealed ones until every drive is below {@code low}. They are
 * packed in that order into stripes of one size; a last one that would stay smaller is filled with
 * further cold segments, and left out where these do not suffice, unless ingest waits for the
 * space. Pure: drives, times and chance come in.
 */
public final class MigratePlanner {
  /** A rebuilt location map names one mirror where the other was away. */
  private static final int MIRRORS = 2;

  /** Share of the SCM's user bytes that one stripe holds at most, so that the SCM can fill many. */
  private static final int STRIPES_OF_SCM = 16;

  private final Erasure erasure;
  private final Watermark watermark;
  private final long segmentSize;
  private final RandomGenerator random;

  public MigratePlanner(
      Erasure erasure, Watermark watermark, long segmentSize, RandomGenerator random) {
    this.erasure = erasure;
    this.watermark = watermark;
    this.segmentSize = segmentSize;
    this.random = random;
  }

  public static MigratePlanner of(StoreConfig config, RandomGenerator random) {
    return new MigratePlanner(config.erasure(), config.watermark(), config.segmentSize(), random);
  }

  /** Whether a drive is at the mark at which migration starts. */
  boolean isFull(Space space) {
    return space.fill() >= watermark.high();
  }

  MigratePlan plan(MigrateView view) {
    return new Run(view).plan();
  }

  /** One planning. */
  private final class Run {
    private final MigrateView view;
    private final StripeShape.Code code;
    private final Map<String, Fill> fills = new LinkedHashMap<>();
    private final List<Candidate> capacity;
    private final List<SegmentLocation> coldest;
    private final Map<SegmentLocation, Why> chosen = new LinkedHashMap<>();
    private final List<PlannedStripe> stripes = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private Optional<String> blocked = Optional.empty();

    Run(MigrateView view) {
      this.view = view;
      this.code = StripeShape.Code.of(erasure, view.capacityDrives());
      this.capacity = new ArrayList<>(view.capacity());
      view.scm().forEach(drive -> fills.put(drive.id(), new Fill(drive)));
      this.coldest =
          view.sealed().stream()
              .filter(segment -> segment.place() instanceof Mirrors)
              .filter(segment -> segment.mirrors().stream().anyMatch(this::isLeft))
              .sorted(
                  Comparator.comparingLong(view::usedMillis)
                      .thenComparing(SegmentLocation::segment))
              .toList();
    }

    private boolean isLeft(String drive) {
      return fills.containsKey(drive);
    }

    MigratePlan plan() {
      boolean full = view.scm().stream().anyMatch(drive -> isFull(drive.space()));
      boolean waits = ingestWaits();
      chooseLost();
      if (full) {
        chooseCold();
      }
      if (widestData() < 1) {
        boolean wanted = full || !chosen.isEmpty();
        blocked = wanted ? Optional.of(tooFew()) : Optional.empty();
        return new MigratePlan(List.of(), false, false, blocked, List.of());
      }
      pack(waits);
      // A run frees nothing while its segments have nowhere to go.
      boolean runWanted = blocked.isEmpty() && runWanted(full, waits);
      if (blocked.isEmpty() && full) {
        blocked = whyStillFull();
      }
      return new MigratePlan(stripes, runWanted, false, blocked, notes);
    }

    /** Data strips of a stripe on the drives that answer; below 1 where they are too few. */
    private int widestData() {
      return Math.min(code.widestData(), capacity.size() - code.parity());
    }

    private boolean ingestWaits() {
      List<Candidate> scm =
          view.scm().stream()
              .map(
                  drive ->
                      new Candidate(drive.id(), drive.enclosure(), drive.space().freeForData()))
              .toList();
      return Placement.pair(scm, segmentSize, random).isEmpty();
    }

    private void chooseLost() {
      for (SegmentLocation segment : coldest) {
        if (hasLostMirror(segment)) {
          choose(segment, Why.LOST_MIRROR);
        }
      }
    }

    private boolean hasLostMirror(SegmentLocation segment) {
      return segment.mirrors().size() < MIRRORS
          || segment.mirrors().stream()
              .anyMatch(drive -> !isLeft(drive) || !view.hasMirror(segment, drive));
    }

    private void chooseCold() {
      for (SegmentLocation segment : coldest) {
        if (fills.values().stream().noneMatch(this::isAbove)) {
          return;
        }
        if (!chosen.containsKey(segment)
            && segment.mirrors().stream().map(fills::get).anyMatch(this::isAbove)) {
          choose(segment, Why.COLD);
        }
      }
    }

    private boolean isAbove(Fill fill) {
      return fill != null && fill.share() >= watermark.low();
    }

    private void choose(SegmentLocation segment, Why why) {
      chosen.put(segment, why);
      segment.mirrors().stream()
          .filter(this::isLeft)
          .forEach(drive -> fills.get(drive).used -= segment.size());
    }

    private void pack(boolean waits) {
      long target = stripeBytes(widestData());
      List<SegmentLocation> left = new ArrayList<>(chosen.keySet());
      while (!left.isEmpty()) {
        List<SegmentLocation> next = take(left, target);
        if (left.isEmpty() && !fill(next, target) && !mayBeSmall(next, waits)) {
          giveBack(next);
          return;
        }
        if (!place(next)) {
          giveBack(next);
          giveBack(left);
          return;
        }
      }
    }

    /** The first segments that fit together; at least one. */
    private List<SegmentLocation> take(List<SegmentLocation> from, long target) {
      List<SegmentLocation> taken = new ArrayList<>();
      long bytes = 0;
      while (!from.isEmpty() && (taken.isEmpty() || bytes + from.get(0).packedBytes() <= target)) {
        bytes += from.get(0).packedBytes();
        taken.add(from.remove(0));
      }
      return taken;
    }

    /** Whether the stripe is whole, perhaps with further cold segments: no other fits. */
    private boolean fill(List<SegmentLocation> stripe, long target) {
      long bytes = stripe.stream().mapToLong(SegmentLocation::packedBytes).sum();
      for (SegmentLocation segment : coldest) {
        if (chosen.containsKey(segment)) {
          continue;
        }
        if (bytes + segment.packedBytes() > target) {
          return true;
        }
        bytes += segment.packedBytes();
        choose(segment, Why.FILLS_STRIPE);
        stripe.add(segment);
      }
      return bytes + segmentSize > target;
    }

    private boolean mayBeSmall(List<SegmentLocation> stripe, boolean waits) {
      return waits || stripe.stream().anyMatch(segment -> chosen.get(segment) == Why.LOST_MIRROR);
    }

    private boolean place(List<SegmentLocation> segments) {
      long bytes = segments.stream().mapToLong(SegmentLocation::packedBytes).sum();
      Optional<StripeShape> shape = StripeShape.choose(code, capacity, bytes, random);
      if (shape.isEmpty()) {
        blocked =
            Optional.of(
                ("capacity full: fewer than %d of %d capacity drives have room for a strip;"
                        + " add capacity drives or delete files")
                    .formatted(code.parity() + 1, capacity.size()));
        return false;
      }
      noteNarrower(shape.get());
      for (int i = 0; i < capacity.size(); i++) {
        Candidate drive = capacity.get(i);
        if (shape.get().drives().contains(drive.drive())) {
          long free = drive.freeBytes() - shape.get().fileBytes();
          capacity.set(i, new Candidate(drive.drive(), drive.enclosure(), free));
        }
      }
      List<PlannedSegment> packed = new ArrayList<>();
      long offset = 0;
      for (SegmentLocation segment : segments) {
        packed.add(new PlannedSegment(segment, offset, chosen.get(segment)));
        offset += segment.packedBytes();
      }
      stripes.add(new PlannedStripe(shape.get(), packed));
      return true;
    }

    private void noteNarrower(StripeShape shape) {
      if (shape.dataStrips() < code.widestData()) {
        String note =
            "stripes of %d+%d, narrower than %s: %d of %d capacity drives can be used"
                .formatted(
                    shape.dataStrips(),
                    shape.parityStrips(),
                    code,
                    capacity.size(),
                    view.capacityDrives());
        if (!notes.contains(note)) {
          notes.add(note);
        }
      }
    }

    private void giveBack(List<SegmentLocation> segments) {
      for (SegmentLocation segment : segments) {
        chosen.remove(segment);
        segment.mirrors().stream()
            .filter(this::isLeft)
            .forEach(drive -> fills.get(drive).used += segment.size());
      }
    }

    /** A size that the SCM can fill many times; a stripe of segments that are all full is whole. */
    private long stripeBytes(int dataStrips) {
      long scm = view.scm().stream().mapToLong(drive -> drive.space().sizeBytes()).sum() / 2;
      long whole =
          Math.min(
              dataStrips * segmentSize,
              Math.max(scm / STRIPES_OF_SCM, (long) dataStrips * Stripe.BLOCK_BYTES));
      return Math.max(segmentSize, whole);
    }

    private String tooFew() {
      return ("%d of %d capacity drives answer and a stripe of %s needs at least %d:"
              + " bring drives back or add some")
          .formatted(capacity.size(), view.capacityDrives(), code, code.parity() + 1);
    }

    private Optional<String> whyStillFull() {
      String full =
          fills.values().stream()
              .filter(this::isAbove)
              .map(fill -> "%s %d %%".formatted(fill.drive.id(), Math.round(100 * fill.share())))
              .collect(Collectors.joining(", "));
      if (full.isEmpty()) {
        return Optional.empty();
      }
      boolean open = view.tails().stream().anyMatch(tail -> !tail.sealed());
      boolean sealed =
          chosen.size() < coldest.size() || view.tails().stream().anyMatch(Tail::sealed);
      String why =
          sealed
              ? "what is sealed does not fill a stripe yet"
              : open
                  ? "all that is left is in open segments or metadata"
                  : "all that is left is metadata";
      return Optional.of("SCM stays full (%s): %s".formatted(full, why));
    }

    /**
     * Tails must be in a run before they can move. That is worth a run if their mirror is lost, or
     * if they fill a stripe that is needed.
     */
    private boolean runWanted(boolean full, boolean waits) {
      List<SegmentLocation> sealed =
          view.tails().stream().filter(Tail::sealed).map(Tail::location).toList();
      if (sealed.isEmpty()) {
        return false;
      }
      if (sealed.stream().anyMatch(this::hasLostMirror)) {
        return true;
      }
      boolean above = full && fills.values().stream().anyMatch(this::isAbove);
      long left =
          Stream.concat(
                  coldest.stream().filter(segment -> !chosen.containsKey(segment)), sealed.stream())
              .mapToLong(SegmentLocation::packedBytes)
              .sum();
      return above && (waits || left + segmentSize > stripeBytes(widestData()));
    }
  }

  /** How full a drive is once the plan is carried out. */
  private static final class Fill {
    private final ScmDrive drive;
    private long used;

    Fill(ScmDrive drive) {
      this.drive = drive;
      this.used = drive.space().usedBytes();
    }

    double share() {
      return (double) used / drive.space().sizeBytes();
    }
  }
}
