package io.basalt.storage.migrate;

import io.basalt.storage.CorruptDataException;
import io.basalt.storage.commit.Attempt;
import io.basalt.storage.config.StoreConfig.Erasure;
import io.basalt.storage.config.Tier;
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
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the stripes of a plan. A drive that fails or fills up in the middle of a strip is left out
 * and the stripe made again elsewhere, under another id; a mirror that turns out wrong is answered
 * by the other. What cannot be made is said, and the segments stay where they are.
 *
 * <p>One instance per worker and thread. A stop leaves strips that no root names; they carry the
 * run's attempt and go with its sweep.
 */
public final class StripeMaker implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(StripeMaker.class);
  private static final int TRIES = 4;

  private final DriveSet drives;
  private final StripeShape.Code code;
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
    record Made(MadeStripe stripe) implements Outcome {}

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
      DriveSet drives,
      Erasure erasure,
      MapSource maps,
      Attempt run,
      int worker,
      RandomGenerator random) {
    this.drives = drives;
    int capacity =
        (int) drives.infos().stream().filter(info -> info.tier() == Tier.CAPACITY).count();
    this.code = StripeShape.Code.of(erasure, capacity);
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
    String reason = "";
    for (int tries = 0; tries < TRIES; tries++) {
      try {
        return make(planned, checks(planned));
      } catch (InterruptedIOException left) {
        throw left;
      } catch (IOException e) {
        // Segments that this run has moved meanwhile are found where they are by now.
        reason = reason(e);
      }
      Optional<String> overtaken = overtaken(planned);
      if (overtaken.isPresent()) {
        return new Outcome.Failed(overtaken.get());
      }
    }
    return new Outcome.Failed("checksums cannot be read: " + reason);
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

  private static String reason(IOException e) {
    return e instanceof NoSuchFileException missing
        ? "file " + missing.getFile() + " is missing"
        : e.getMessage();
  }

  private Map<String, SegmentChecks> checks(PlannedStripe planned) throws IOException {
    List<SegmentLocation> segments =
        planned.segments().stream().map(PlannedSegment::segment).toList();
    map = maps.load(map);
    return new ChecksReader(drives, reader, map.all()).read(segments);
  }

  private Outcome make(PlannedStripe planned, Map<String, SegmentChecks> known)
      throws InterruptedIOException {
    List<PackedSegment> packed = planned.segments().stream().map(PlannedSegment::packed).toList();
    Set<BadMirror> bad = new HashSet<>();
    StripeShape shape = planned.shape();
    String reason = "";
    for (int tries = 0; tries < TRIES; tries++) {
      Stripe stripe = shape.stripe(run + "-" + worker + "-" + sequence++);
      MirrorSource source = new MirrorSource(drives, known, bad);
      try {
        writer.write(stripe, packed, source);
        long written = stripe.stripBytes() * stripe.strips();
        return new Outcome.Made(new MadeStripe(stripe, packed, source.readBytes(), written));
      } catch (InterruptedIOException left) {
        throw left;
      } catch (CutUnitException wrong) {
        bad.add(wrong.mirror());
        reason = wrong.getMessage();
      } catch (CorruptDataException wrong) {
        reason = wrong.getMessage();
      } catch (DriveUnavailableException | DriveFullException failed) {
        reason = failed.getMessage();
        Optional<StripeShape> other = elsewhere(planned);
        if (other.isEmpty()) {
          return new Outcome.Failed("no other drives for a stripe: " + reason);
        }
        shape = other.get();
      } catch (IOException failed) {
        Optional<String> overtaken = overtaken(planned);
        if (overtaken.isPresent()) {
          return new Outcome.Failed(overtaken.get());
        }
        reason = reason(failed);
      }
      LOG.warn("stripe {} is made again: {}", stripe.id(), reason);
    }
    return new Outcome.Failed("a stripe could not be made: " + reason);
  }

  private Optional<StripeShape> elsewhere(PlannedStripe planned) throws InterruptedIOException {
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
