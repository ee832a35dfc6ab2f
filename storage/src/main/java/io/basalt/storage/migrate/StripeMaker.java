package io.basalt.storage.migrate;

import io.basalt.storage.commit.Attempt;
import io.basalt.storage.drive.DriveFullException;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.drive.DriveUnavailableException;
import io.basalt.storage.location.LocationMap;
import io.basalt.storage.migrate.MigratePlan.PlannedSegment;
import io.basalt.storage.migrate.MigratePlan.PlannedStripe;
import io.basalt.storage.migrate.MirrorSource.BadMirror;
import io.basalt.storage.migrate.MirrorSource.CutUnitException;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Stripe;
import io.basalt.storage.segment.SegmentReader;
import io.basalt.storage.stripe.PackedSegment;
import io.basalt.storage.stripe.StripeWriter;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the stripes of a plan. A drive that fails or fills up in the middle of a strip is left out
 * and the stripe made again elsewhere, under another id; a mirror that turns out wrong is answered
 * by the other. A segment that no mirror gives intact stays where it is, and the others move. What
 * cannot be made is said.
 *
 * <p>One instance per worker and thread. A stop leaves strips that no root names; they carry the
 * run's attempt and go with its sweep.
 */
public final class StripeMaker implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(StripeMaker.class);
  private static final int TRIES = 4;

  private final DriveSet drives;
  private final Attempt run;
  private final int worker;
  private final RandomGenerator random;
  private final SegmentReader reader;
  private final MapSource maps;
  private final StripeWriter writer;
  private LocationMap map = LocationMap.none();
  private long sequence;

  /** Loads the location map of the newest head, given the one before. */
  @FunctionalInterface
  public interface MapSource {
    LocationMap load(LocationMap known) throws IOException;
  }

  /** A stripe, or why there is none. */
  public sealed interface Outcome {
    /**
     * A stripe.
     *
     * @param problem on segments that it was to hold and does not, in one sentence, or empty
     */
    record Made(MadeStripe stripe, String problem) implements Outcome {}

    record Failed(String reason) implements Outcome {}
  }

  /**
   * A worker of a run.
   *
   * @param maps loads the location map of the newest head
   * @param run attempt of the migration; live before the first stripe is made
   * @param worker number that no other worker of the run has
   */
  public StripeMaker(
      DriveSet drives, MapSource maps, Attempt run, int worker, RandomGenerator random) {
    this.drives = drives;
    this.run = run;
    this.worker = worker;
    this.random = random;
    this.reader = new SegmentReader(drives, id -> map.stripe(id));
    this.maps = maps;
    this.writer = new StripeWriter(drives);
  }

  /**
   * Makes a stripe; blocks until it is forced and read back.
   *
   * @throws InterruptedIOException if the caller is interrupted
   */
  public Outcome make(PlannedStripe planned) throws IOException {
    List<String> staying = new ArrayList<>();
    PlannedStripe left = planned;
    do {
      try {
        return makeWhole(left, staying);
      } catch (UnmovableSegmentException unmovable) {
        LOG.warn("{}", unmovable.getMessage());
        staying.add(unmovable.getMessage());
        left = left.without(unmovable.segment());
      }
    } while (left.isWanted());
    return new Outcome.Failed(problem(staying));
  }

  private static String problem(List<String> staying) {
    return switch (staying.size()) {
      case 0 -> "";
      case 1 -> staying.get(0);
      default -> "%s; so do %d more".formatted(staying.get(0), staying.size() - 1);
    };
  }

  private Outcome makeWhole(PlannedStripe planned, List<String> staying) throws IOException {
    IOException last = null;
    for (int tries = 0; tries < TRIES; tries++) {
      Map<String, SegmentChecks> checks;
      try {
        checks = checks(planned);
      } catch (InterruptedIOException left) {
        throw left;
      } catch (IOException e) {
        last = e;
        LocationMap before = map;
        Optional<String> overtaken = overtaken(planned);
        if (overtaken.isPresent()) {
          return new Outcome.Failed(overtaken.get());
        }
        if (e instanceof UnmovableSegmentException && map.isSame(before)) {
          break;
        }
        // Segments that this run has moved meanwhile are found where they are by now.
        continue;
      }
      return write(planned, checks, staying);
    }
    if (last instanceof UnmovableSegmentException) {
      throw last;
    }
    return new Outcome.Failed(
        "checksums cannot be read: " + UnmovableSegmentException.reason(last));
  }

  /** Why it is no use to try again: another has moved or freed what was planned. */
  private Optional<String> overtaken(PlannedStripe planned) {
    try {
      map = maps.load(map);
    } catch (IOException e) {
      // The next try loads it too, and says so.
      return Optional.empty();
    }
    return planned.segments().stream()
        .map(each -> each.segment().segment())
        .filter(id -> map.find(id).map(now -> now.mirrors().isEmpty()).orElse(true))
        .findFirst()
        .map(
            id ->
                "segment %s was moved or freed by another job after this migration had planned it: nothing is lost; run migrate again if a drive is still full"
                    .formatted(id));
  }

  private Map<String, SegmentChecks> checks(PlannedStripe planned) throws IOException {
    List<SegmentLocation> segments =
        planned.segments().stream().map(PlannedSegment::segment).toList();
    map = maps.load(map);
    return new ChecksReader(drives, reader, map.all()).read(segments);
  }

  private Outcome write(
      PlannedStripe planned, Map<String, SegmentChecks> checks, List<String> staying)
      throws InterruptedIOException, UnmovableSegmentException {
    List<PackedSegment> packed = planned.segments().stream().map(PlannedSegment::packed).toList();
    Set<BadMirror> bad = ConcurrentHashMap.newKeySet();
    StripeShape shape = planned.shape();
    String reason = "";
    for (int tries = 0; tries < TRIES; ) {
      Stripe stripe = shape.stripe(run + "-" + worker + "-" + sequence++);
      MirrorSource source = new MirrorSource(drives, checks, bad);
      try {
        writer.write(stripe, packed, source);
        long written = stripe.stripBytes() * stripe.strips();
        return new Outcome.Made(
            new MadeStripe(stripe, packed, source.readBytes(), written), problem(staying));
      } catch (InterruptedIOException left) {
        throw left;
      } catch (CutUnitException wrong) {
        // One mirror more is known to be wrong each time, so this ends without a count.
        if (!bad.add(wrong.mirror())) {
          throw new UnmovableSegmentException(wrong.segment(), wrong);
        }
        reason = wrong.getMessage();
      } catch (DriveUnavailableException | DriveFullException failed) {
        tries++;
        reason = failed.getMessage();
        Optional<StripeShape> other = elsewhere(planned);
        if (other.isEmpty()) {
          return new Outcome.Failed("no other drives for a stripe: " + reason);
        }
        shape = other.get();
      } catch (IOException failed) {
        tries++;
        Optional<String> overtaken = overtaken(planned);
        if (overtaken.isPresent()) {
          return new Outcome.Failed(overtaken.get());
        }
        if (failed instanceof UnmovableSegmentException unmovable) {
          throw unmovable;
        }
        reason = UnmovableSegmentException.reason(failed);
      }
      LOG.warn("stripe {} is made again: {}", stripe.id(), reason);
    }
    return new Outcome.Failed("a stripe could not be made: " + reason);
  }

  /** As wide as planned at most: the planner knows all drives of the store. */
  private Optional<StripeShape> elsewhere(PlannedStripe planned) throws InterruptedIOException {
    StripeShape.Code code =
        new StripeShape.Code(planned.shape().dataStrips(), planned.shape().parityStrips());
    try {
      return StripeShape.choose(
          code, new ArrayList<>(MigrateView.capacity(drives)), planned.dataBytes(), random);
    } catch (InterruptedIOException left) {
      throw left;
    } catch (IOException e) {
      LOG.warn("capacity drives do not say what room they have: {}", e.getMessage());
      return Optional.empty();
    }
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
