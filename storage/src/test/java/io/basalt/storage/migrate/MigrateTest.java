package io.basalt.storage.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.migrate.MigratePlan.PlannedSegment;
import io.basalt.storage.migrate.SteppedMigration.Done;
import io.basalt.storage.root.Place.StripePlace;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Stripe;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Migrations of a whole store in memory; each ends with the verifier. */
class MigrateTest {
  @Test
  void aStoreBelowItsWatermarkIsLeftAlone() throws Exception {
    MigrateWorld world = MigrateWorld.full(0.5);
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
    MigrateWorld world = MigrateWorld.full(0.85);
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

  @Test
  void whatWasReadLatelyStays() throws Exception {
    MigrateWorld world = MigrateWorld.full(0.85);
    SegmentLocation coldest = world.makesARunAndPlans().get(0).segment();
    world.readFilesIn(coldest.segment());
    assertThat(world.makesARunAndPlans())
        .isNotEmpty()
        .extracting(PlannedSegment::segment)
        .doesNotContain(coldest);
    world.check();
  }

  @Test
  void everyFileIsReadWithAsManyDrivesGoneAsThereIsParity() throws Exception {
    MigrateWorld world = MigrateWorld.full(0.85);
    world.migrate();
    assertThat(world.map().stripes()).isNotEmpty();
    world.drives.unplug("capacity-1");
    world.drives.unplug("capacity-4");
    world.drives.unplug("scm-2");
    world.checkFiles();
  }

  @Test
  void withFewerDrivesStripesAreNarrowerAndKeepTheirParity() throws Exception {
    MigrateWorld world = MigrateWorld.full(0.85);
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
    MigrateWorld world = MigrateWorld.full(0.85);
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
    MigrateWorld world = MigrateWorld.create(4, 8 * MigrateWorld.MIB, 6, MigrateWorld.MIB / 2);
    try (WorldIngest ingest = world.ingest()) {
      ingest.fillTo(0.90);
    }
    world.sealAll();
    Done stopped = world.migrate();
    assertThat(stopped.plan().blocked().orElseThrow()).startsWith("capacity full");
    assertThat(stopped.problems()).isEmpty();
    assertThat(world.scmFill()).isGreaterThanOrEqualTo(0.80);
    world.check();

    world.drives.resize("capacity-0", 32 * MigrateWorld.MIB);
    world.drives.resize("capacity-1", 32 * MigrateWorld.MIB);
    world.drives.resize("capacity-2", 32 * MigrateWorld.MIB);
    Done done = world.migrate();
    assertThat(done.stripes()).isPositive();
    assertThat(world.scmFill()).isLessThan(0.80);
    world.check();
  }

  @Test
  void oldStripesKeepTheirGeometryWhenTheConfigurationChanges() throws Exception {
    MigrateWorld world = MigrateWorld.full(0.85);
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
    MigrateWorld world = MigrateWorld.create(2, 2 * MigrateWorld.MIB, 6, 32 * MigrateWorld.MIB);
    try (WorldIngest ingest = world.ingest()) {
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
  void ingestThatWaitsGoesOnAfterAMigration() throws Exception {
    MigrateWorld world = MigrateWorld.create(4, 4 * MigrateWorld.MIB, 6, 64 * MigrateWorld.MIB);
    for (int round = 0; round < 6; round++) {
      try (WorldIngest ingest = world.ingest()) {
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
