package io.basalt.storage.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.basalt.storage.commit.CommitConflictException;
import io.basalt.storage.drive.Drive;
import io.basalt.storage.location.LocationMap;
import io.basalt.storage.migrate.MigratePlan.PlannedSegment;
import io.basalt.storage.migrate.MigratePlan.PlannedStripe;
import io.basalt.storage.migrate.MigratePlan.Why;
import io.basalt.storage.migrate.MigrateWorld.Done;
import io.basalt.storage.migrate.MigrateWorld.Ingest;
import io.basalt.storage.root.Place.Mirrors;
import io.basalt.storage.root.Place.StripePlace;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Stripe;
import io.basalt.storage.verify.AtLook;
import io.basalt.storage.verify.Problem;
import io.basalt.storage.verify.Verifier;
import io.basalt.storage.verify.VerifyReport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Migrations of a whole store in memory; each ends with the verifier. */
class MigrateTest {
  private static final long MIB = 1 << 20;

  private static MigrateWorld full(double share) throws Exception {
    MigrateWorld world = MigrateWorld.create(4, 8 * MIB, 6, 32 * MIB);
    try (Ingest ingest = world.ingest()) {
      assertThat(ingest.fillTo(share)).isTrue();
    }
    world.sealAll();
    return world;
  }

  @Test
  void aStoreBelowItsWatermarkIsLeftAlone() throws Exception {
    MigrateWorld world = full(0.5);
    long number = world.head().number();
    Done done = world.migrate();
    assertThat(done.plan().hasWork()).isFalse();
    assertThat(done.plan().blocked()).isEmpty();
    assertThat(world.head().number()).isEqualTo(number);
    assertThat(world.map().stripes()).isEmpty();
    world.check();
  }

  @Test
  void theColdestMoveUntilEveryDriveIsBelowTheWatermark() throws Exception {
    MigrateWorld world = full(0.85);
    Done done = world.migrate();
    assertThat(done.problems()).isEmpty();
    assertThat(done.segments()).isPositive();
    assertThat(world.scmFill()).isLessThan(0.80);
    List<SegmentLocation> moved =
        world.map().sealed().stream()
            .filter(segment -> segment.place() instanceof StripePlace)
            .toList();
    assertThat(moved).hasSize(done.segments());
    assertThat(done.freedBytes())
        .isEqualTo(moved.stream().mapToLong(segment -> 2 * segment.size()).sum());
    assertThat(world.head().attempts()).noneMatch(live -> live.kind().equals("migrate"));
    world.check();
  }

  /** The verifier has read the head and its map when the segments move and their mirrors go. */
  @Test
  void whatMovesUnderTheVerifierIsCheckedWhereItIs() throws Exception {
    MigrateWorld world = full(0.85);
    List<Done> moved = new ArrayList<>();
    Verifier verifier = new Verifier(world.open(), MigrateWorld.ROOT_COPIES);
    VerifyReport report = verifier.verify(AtLook.first(() -> moved.add(world.migrate())));
    assertThat(moved).singleElement().satisfies(done -> assertThat(done.segments()).isPositive());
    assertThat(report.problems()).isEmpty();
    assertThat(report.checked()).containsAllEntriesOf(shards(world.check()));
  }

  @Test
  void whatIsLostUnderTheVerifierIsAProblem() throws Exception {
    MigrateWorld world = full(0.85);
    List<SegmentLocation> lost = new ArrayList<>();
    Verifier verifier = new Verifier(world.open(), MigrateWorld.ROOT_COPIES);
    VerifyReport report =
        verifier.verify(
            AtLook.first(
                () -> {
                  world.migrate();
                  SegmentLocation left =
                      world.map().sealed().stream()
                          .filter(segment -> segment.place() instanceof Mirrors)
                          .findFirst()
                          .orElseThrow();
                  left.mirrors().forEach(drive -> world.drives.lose(drive, left.fileName()));
                  return lost.add(left);
                }));
    assertThat(report.problems())
        .filteredOn(problem -> problem.kind() == Problem.Kind.SEGMENT)
        .extracting(Problem::file)
        .isNotEmpty()
        .containsOnly(lost.get(0).fileName());
  }

  private static Map<String, Long> shards(VerifyReport report) {
    return Map.of("shards", report.checked().get("shards"));
  }

  @Test
  void whatWasReadLatelyStays() throws Exception {
    MigrateWorld world = full(0.85);
    SegmentLocation coldest = makesARunAndPlans(world).get(0).segment();
    world.readFilesIn(coldest.segment());
    assertThat(makesARunAndPlans(world))
        .isNotEmpty()
        .extracting(PlannedSegment::segment)
        .doesNotContain(coldest);
    world.check();
  }

  private static List<PlannedSegment> makesARunAndPlans(MigrateWorld world) throws Exception {
    if (world.preview().runWanted()) {
      MigrateWorld.Migration migration = world.new Migration();
      assertThat(migration.step()).isTrue();
    }
    return world.preview().stripes().stream()
        .flatMap(stripe -> stripe.segments().stream())
        .toList();
  }

  @Test
  void everyFileIsReadWithAsManyDrivesGoneAsThereIsParity() throws Exception {
    MigrateWorld world = full(0.85);
    world.migrate();
    assertThat(world.map().stripes()).isNotEmpty();
    world.drives.unplug("capacity-1");
    world.drives.unplug("capacity-4");
    world.drives.unplug("scm-2");
    world.checkFiles();
  }

  @Test
  void segmentsThatLostAMirrorMoveAtAnyFill() throws Exception {
    MigrateWorld world = full(0.3);
    world.drives.unplug("scm-1");
    Done done = world.migrate();
    assertThat(done.segments()).isPositive();
    assertThat(done.plan().stripes())
        .flatExtracting(stripe -> stripe.segments())
        .extracting(PlannedSegment::why)
        .containsOnly(Why.LOST_MIRROR);
    assertThat(world.map().all()).noneMatch(segment -> segment.mirrors().contains("scm-1"));
    world.checkFiles();

    world.drives.plugIn("scm-1");
    world.sweep();
    assertThat(world.drives.drives().get(1).list("segments"))
        .as("mirrors that were deleted while the drive was away")
        .isEmpty();
    world.check();
  }

  @Test
  void nothingIsMovedOnlyToFillTheStripeOfASegmentThatCannotMove() throws Exception {
    MigrateWorld world = full(0.85);
    SegmentLocation damaged = makesARunAndPlans(world).get(0).segment();
    for (String mirror : damaged.mirrors()) {
      world.drives.flipBit(mirror, damaged.fileName(), 100);
    }
    MigrateWorld.Migration migration = world.new Migration();
    assertThat(migration.step()).as("plans").isTrue();
    migration.wantsOnly(damaged);
    migration.finish();
    Done done = migration.done();
    assertThat(done.problems()).singleElement().asString().contains(" stays on ");
    assertThat(done.plan().stripes()).hasSize(1);
    assertThat(done.plan().stripes().get(0).segments()).hasSizeGreaterThan(1);
    assertThat(done.segments()).isZero();
  }

  @Test
  void aMirrorThatIsDamagedIsAnsweredByTheOther() throws Exception {
    MigrateWorld world = full(0.85);
    int damaged = 0;
    for (SegmentLocation segment : world.map().all()) {
      if (segment.place() instanceof Mirrors mirrors && segment.dataEnd() > 40_000) {
        // In what may be an index block, and in the first shard.
        world.drives.flipBit(
            mirrors.drives().get(damaged % 2), segment.fileName(), segment.size() - 48);
        world.drives.flipBit(mirrors.drives().get(damaged % 2), segment.fileName(), 100);
        damaged++;
      }
    }
    assertThat(damaged).isGreaterThan(4);
    Done done = world.migrate();
    assertThat(done.problems()).isEmpty();
    assertThat(world.scmFill()).isLessThan(0.80);
    world.checkFiles();
  }

  /** A shard that strips cut is wrong in every segment: each is found by a try of its own. */
  @Test
  void manyDamagedMirrorsInOneStripeAreAllAnsweredByTheOthers() throws Exception {
    MigrateWorld world = MigrateWorld.create(2, 64 * MIB, 10, 64 * MIB);
    world.erasure(8, 2);
    try (Ingest ingest = world.ingest()) {
      assertThat(ingest.fillTo(0.2)).isTrue();
    }
    world.sealAll();
    world.watermark(0.1);
    MigrateWorld.Migration migration = world.new Migration();
    assertThat(migration.step()).as("plans").isTrue();
    int most = 0;
    for (PlannedStripe stripe : migration.done().plan().stripes()) {
      int damaged = 0;
      for (PlannedSegment planned : stripe.segments()) {
        SegmentLocation segment = planned.segment();
        long border = stripe.shape().stripBytes() - planned.offset() % stripe.shape().stripBytes();
        if (border < segment.dataEnd()) {
          String askedFirst = segment.mirrors().get(segment.segment().hashCode() & 1);
          world.drives.flipBit(askedFirst, segment.fileName(), border - 1);
          damaged++;
        }
      }
      most = Math.max(most, damaged);
    }
    assertThat(most).isGreaterThan(4);
    migration.finish();
    assertThat(migration.done().problems()).isEmpty();
    assertThat(migration.done().stripes()).isEqualTo(migration.done().plan().stripes().size());
    world.checkFiles();
  }

  @Test
  void aMirrorsDriveThatFailsBeforeItsStripeIsMadeIsLeftOut() throws Exception {
    MigrateWorld world = full(0.85);
    MigrateWorld.Migration migration = world.new Migration();
    assertThat(migration.step()).as("plans").isTrue();
    world.drives.unplug("scm-0");
    migration.finish();
    assertThat(migration.done().problems()).isEmpty();
    assertThat(migration.done().stripes()).isPositive();
    world.checkFiles();
  }

  @Test
  void aSegmentThatNoMirrorHasIntactStaysAndTheOthersMove() throws Exception {
    MigrateWorld world = full(0.85);
    SegmentLocation damaged = makesARunAndPlans(world).get(0).segment();
    for (String mirror : damaged.mirrors()) {
      world.drives.flipBit(mirror, damaged.fileName(), 100);
    }
    assertAllMoveBut(world, damaged);
    assertThat(new Verifier(world.open(), MigrateWorld.ROOT_COPIES).verify().problems())
        .extracting(Problem::file)
        .isNotEmpty()
        .containsOnly(damaged.fileName());
  }

  @Test
  void aSegmentWhoseIndexNoMirrorHasIntactStaysAndTheOthersMove() throws Exception {
    MigrateWorld world = full(0.85);
    world.watermark(0.4);
    SegmentLocation damaged =
        makesARunAndPlans(world).stream()
            .map(PlannedSegment::segment)
            .filter(segment -> segment.indexStart() < segment.size())
            .findFirst()
            .orElseThrow();
    for (String mirror : damaged.mirrors()) {
      world.drives.flipBit(mirror, damaged.fileName(), damaged.indexStart() + 5);
    }
    Done done = world.migrate();
    // Blocks of this index may name shards of segments that were open at the same time.
    assertThat(done.problems()).isNotEmpty().allMatch(why -> why.contains(damaged.fileName()));
    assertThat(done.segments()).isPositive();
    assertThat(world.map().find(damaged.segment()).orElseThrow().place())
        .isInstanceOf(Mirrors.class);
    world.checkFiles();
  }

  private static void assertAllMoveBut(MigrateWorld world, SegmentLocation damaged)
      throws Exception {
    Done done = world.migrate();
    assertThat(done.problems())
        .singleElement()
        .asString()
        .startsWith(
            "segment %s stays on %s, it cannot be read and checked: "
                .formatted(damaged.segment(), damaged.mirrors()));
    List<SegmentLocation> planned =
        done.plan().stripes().stream()
            .flatMap(stripe -> stripe.segments().stream())
            .map(PlannedSegment::segment)
            .toList();
    assertThat(planned).contains(damaged).hasSizeGreaterThan(1);
    LocationMap map = world.map();
    assertThat(planned)
        .filteredOn(each -> map.find(each.segment()).orElseThrow().place() instanceof Mirrors)
        .containsExactly(damaged);
    assertThat(done.segments()).isEqualTo(planned.size() - 1);
    for (Stripe stripe : map.stripes()) {
      long data =
          map.all().stream()
              .filter(each -> isIn(each, stripe))
              .mapToLong(SegmentLocation::packedBytes)
              .sum();
      assertThat(stripe.stripBytes() - data / stripe.dataStrips())
          .as("no strip is longer than what is left needs")
          .isLessThanOrEqualTo(Stripe.BLOCK_BYTES);
    }
  }

  private static boolean isIn(SegmentLocation segment, Stripe stripe) {
    return segment.place() instanceof StripePlace place && place.stripe().equals(stripe.id());
  }

  @Test
  void aDriveThatFailsInTheMiddleOfAStripIsLeftOut() throws Exception {
    MigrateWorld world = full(0.85);
    world.erasure(3, 2);
    MigrateWorld.Migration migration = world.new Migration();
    assertThat(migration.step()).isTrue();
    world.drives.failWriteAfter("capacity-2", 3);
    migration.finish();
    Done done = migration.done();
    assertThat(done.problems()).isEmpty();
    assertThat(done.stripes()).isPositive();
    assertThat(world.scmFill()).isLessThan(0.80);
    world.drives.plugIn("capacity-2");
    world.sweep();
    world.check();
  }

  @Test
  void withFewerDrivesStripesAreNarrowerAndKeepTheirParity() throws Exception {
    MigrateWorld world = full(0.85);
    world.drives.unplug("capacity-0");
    world.drives.unplug("capacity-5");
    Done done = world.migrate();
    assertThat(done.plan().notes())
        .containsExactly("stripes of 2+2, narrower than 4+2: 4 of 6 capacity drives can be used");
    assertThat(world.map().stripes())
        .isNotEmpty()
        .allMatch(stripe -> stripe.dataStrips() == 2 && stripe.parityStrips() == 2);
    assertThat(world.scmFill()).isLessThan(0.80);
    world.checkFiles();
  }

  @Test
  void withTooFewDrivesNothingMovesAndItIsSaid() throws Exception {
    MigrateWorld world = full(0.85);
    for (String drive : List.of("capacity-0", "capacity-1", "capacity-2", "capacity-3")) {
      world.drives.unplug(drive);
    }
    Done done = world.migrate();
    assertThat(done.plan().hasWork()).isFalse();
    assertThat(done.plan().blocked())
        .contains(
            "2 of 6 capacity drives answer and a stripe of 4+2 needs at least 3:"
                + " bring drives back or add some");
    assertThat(world.scmFill()).isGreaterThan(0.80);
    world.checkFiles();
  }

  @Test
  void capacityThatIsFullEndsTheMigrationAndRoomContinuesIt() throws Exception {
    MigrateWorld world = MigrateWorld.create(4, 8 * MIB, 6, MIB / 2);
    try (Ingest ingest = world.ingest()) {
      ingest.fillTo(0.90);
    }
    world.sealAll();
    Done stopped = world.migrate();
    assertThat(stopped.plan().blocked().orElseThrow()).startsWith("capacity full");
    assertThat(stopped.problems()).isEmpty();
    assertThat(world.scmFill()).isGreaterThanOrEqualTo(0.80);
    world.check();

    world.drives.resize("capacity-0", 32 * MIB);
    world.drives.resize("capacity-1", 32 * MIB);
    world.drives.resize("capacity-2", 32 * MIB);
    Done done = world.migrate();
    assertThat(done.stripes()).isPositive();
    assertThat(world.scmFill()).isLessThan(0.80);
    world.check();
  }

  @Test
  void oldStripesKeepTheirGeometryWhenTheConfigurationChanges() throws Exception {
    MigrateWorld world = full(0.85);
    world.migrate();
    List<Stripe> old = List.copyOf(world.map().stripes());
    world.erasure(2, 1);
    world.watermark(0.30);
    world.migrate();
    assertThat(world.map().stripes())
        .containsAll(old)
        .anyMatch(stripe -> stripe.dataStrips() == 2 && stripe.parityStrips() == 1);
    world.check();
  }

  /** A full SCM can always be unblocked: ingest seals what it has open, a run frees the tails. */
  @Test
  void whatIsOpenCannotMoveAndSaysSoUntilItIsSealed() throws Exception {
    MigrateWorld world = MigrateWorld.create(2, 2 * MIB, 6, 32 * MIB);
    try (Ingest ingest = world.ingest()) {
      while (ingest.put("/open", 1000) && world.scmFill() < 0.50) {
        ingest.commit();
      }
      ingest.commit();
      world.watermark(0.15);
      Done done = world.migrate();
      assertThat(done.plan().hasWork()).isFalse();
      assertThat(done.plan().blocked().orElseThrow())
          .startsWith("SCM stays full (scm-0")
          .endsWith("all that is left is in open segments or metadata");
    }
    world.sealAll();
    assertThat(world.preview().blocked().orElseThrow()).endsWith("does not fill a stripe yet");
    world.check();
  }

  @Test
  void ofTwoMigrationsEachSegmentHasOneWinner() throws Exception {
    MigrateWorld world = full(0.85);
    MigrateWorld.Migration first = world.new Migration();
    assertThat(first.step()).isTrue();
    assertThat(first.step()).as("makes its first stripe").isTrue();
    Done second = world.migrate();
    assertThat(second.stripes()).isPositive();
    assertThatThrownBy(first::finish)
        .as("continues after its successor has finished")
        .isInstanceOf(CommitConflictException.class)
        .satisfies(e -> assertThat(MigrateWorld.overtaken((CommitConflictException) e)).isTrue());
    assertThat(world.map().stripes()).hasSize(second.stripes());
    world.check();

    long before = capacityBytes(world);
    world.sweep();
    assertThat(capacityBytes(world)).as("the first one's strips are swept").isLessThan(before);
    world.check();
  }

  @Test
  void aMigrationThatSleptWhileAnotherMovedItsSegmentsSaysSo() throws Exception {
    MigrateWorld world = full(0.85);
    MigrateWorld.Migration first = world.new Migration();
    assertThat(first.step()).as("plans").isTrue();
    assertThat(world.migrate().stripes()).isPositive();
    assertThat(first.step()).as("wakes up").isTrue();
    assertThat(first.done().problems())
        .singleElement()
        .asString()
        .startsWith("segment ")
        .contains("was moved or freed by another job after this migration had planned it")
        .endsWith("run migrate again if a drive is still full");
    world.check();
  }

  /** Its strips hold the space that would give another migration work. */
  @Test
  void aCommitterThatSleptThroughASweepBeforeItsFirstCommitStops() throws Exception {
    MigrateWorld world = full(0.85);
    MigrateWorld.Migration migration = world.new Migration();
    assertThat(migration.step()).as("planned").isTrue();
    assertThat(migration.step()).as("a stripe made").isTrue();
    try (Ingest ingest = world.ingest()) {
      ingest.commit();
      ingest.commit();
    }
    world.sweep();
    assertThatThrownBy(migration::step)
        .isInstanceOf(CommitConflictException.class)
        .hasMessageContaining("slept until it was ended");
    world.sweep();
    world.migrate();
    assertThat(world.scmFill()).isLessThan(0.80);
    world.check();
  }

  @Test
  void whatADeadMigrationLeftGoesThoughTheNextOneFindsNoRoomForAnything() throws Exception {
    MigrateWorld world = full(0.85);
    MigrateWorld.Migration dead = world.new Migration();
    assertThat(dead.step()).isTrue();
    assertThat(dead.step()).as("makes its first stripe").isTrue();
    assertThat(strips(world)).isPositive();
    for (int i = 0; i < 6; i++) {
      world.drives.resize("capacity-" + i, 1);
    }
    Done done = world.migrate();
    assertThat(done.stripes()).isZero();
    assertThat(done.plan().blocked().orElseThrow()).startsWith("capacity full");
    assertThat(world.head().attempts()).noneMatch(live -> live.kind().equals("migrate"));
    world.sweep();
    assertThat(strips(world)).isZero();

    for (int i = 0; i < 6; i++) {
      world.drives.resize("capacity-" + i, 32 * MIB);
    }
    assertThat(world.migrate().stripes()).isPositive();
    world.check();
  }

  private static long strips(MigrateWorld world) throws IOException {
    long count = 0;
    for (Drive drive : world.drives.drives()) {
      count += drive.list("stripes").size();
    }
    return count;
  }

  private static long capacityBytes(MigrateWorld world) throws IOException {
    long bytes = 0;
    for (int i = 0; i < 6; i++) {
      bytes += world.open().space("capacity-" + i).usedBytes();
    }
    return bytes;
  }

  @Test
  void ingestThatWaitsGoesOnAfterAMigration() throws Exception {
    MigrateWorld world = MigrateWorld.create(4, 4 * MIB, 6, 64 * MIB);
    for (int round = 0; round < 6; round++) {
      try (Ingest ingest = world.ingest()) {
        ingest.fillTo(1);
      }
      world.sealAll();
      Done done = world.migrate();
      assertThat(done.problems()).isEmpty();
      assertThat(world.scmFill()).as("round " + round).isLessThan(0.80);
    }
    world.check();
    world.drives.unplug("capacity-0");
    world.drives.unplug("capacity-3");
    world.checkFiles();
  }
}
