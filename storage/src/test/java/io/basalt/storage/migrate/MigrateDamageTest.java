package io.basalt.storage.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.location.LocationMap;
import io.basalt.storage.migrate.MigratePlan.PlannedSegment;
import io.basalt.storage.migrate.MigratePlan.PlannedStripe;
import io.basalt.storage.migrate.MigratePlan.Why;
import io.basalt.storage.migrate.SteppedMigration.Done;
import io.basalt.storage.root.Place.Mirrors;
import io.basalt.storage.root.Place.StripePlace;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Stripe;
import io.basalt.storage.verify.Problem;
import io.basalt.storage.verify.Verifier;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Migrations from mirrors that are lost or damaged, and to drives that fail. */
class MigrateDamageTest {
  @Test
  void segmentsThatLostAMirrorMoveAtAnyFill() throws Exception {
    MigrateWorld world = MigrateWorld.full(0.3);
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
    MigrateWorld world = MigrateWorld.full(0.85);
    SegmentLocation damaged = world.makesARunAndPlans().get(0).segment();
    for (String mirror : damaged.mirrors()) {
      world.drives.flipBit(mirror, damaged.fileName(), 100);
    }
    SteppedMigration migration = new SteppedMigration(world);
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
    MigrateWorld world = MigrateWorld.full(0.85);
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
    MigrateWorld world = MigrateWorld.create(2, 64 * MigrateWorld.MIB, 10, 64 * MigrateWorld.MIB);
    world.erasure(8, 2);
    try (WorldIngest ingest = world.ingest()) {
      assertThat(ingest.fillTo(0.2)).isTrue();
    }
    world.sealAll();
    world.watermark(0.1);
    SteppedMigration migration = new SteppedMigration(world);
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
    MigrateWorld world = MigrateWorld.full(0.85);
    SteppedMigration migration = new SteppedMigration(world);
    assertThat(migration.step()).as("plans").isTrue();
    world.drives.unplug("scm-0");
    migration.finish();
    assertThat(migration.done().problems()).isEmpty();
    assertThat(migration.done().stripes()).isPositive();
    world.checkFiles();
  }

  @Test
  void aSegmentThatNoMirrorHasIntactStaysAndTheOthersMove() throws Exception {
    MigrateWorld world = MigrateWorld.full(0.85);
    SegmentLocation damaged = world.makesARunAndPlans().get(0).segment();
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
    MigrateWorld world = MigrateWorld.full(0.85);
    world.watermark(0.4);
    SegmentLocation damaged =
        world.makesARunAndPlans().stream()
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
    MigrateWorld world = MigrateWorld.full(0.85);
    world.erasure(3, 2);
    SteppedMigration migration = new SteppedMigration(world);
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
}
