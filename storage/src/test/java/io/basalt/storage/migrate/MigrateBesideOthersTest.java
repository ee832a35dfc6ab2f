package io.basalt.storage.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.basalt.storage.commit.CommitConflictException;
import io.basalt.storage.drive.Drive;
import io.basalt.storage.migrate.SteppedMigration.Done;
import io.basalt.storage.root.Place.Mirrors;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.verify.AtLook;
import io.basalt.storage.verify.Problem;
import io.basalt.storage.verify.Verifier;
import io.basalt.storage.verify.VerifyReport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Migrations beside the verifier, other migrations and sweeps, however long they sleep. */
class MigrateBesideOthersTest {
  /** The verifier has read the head and its map when the segments move and their mirrors go. */
  @Test
  void whatMovesUnderTheVerifierIsCheckedWhereItIs() throws Exception {
    MigrateWorld world = MigrateWorld.full(0.85);
    List<Done> moved = new ArrayList<>();
    Verifier verifier = new Verifier(world.open(), MigrateWorld.ROOT_COPIES);
    VerifyReport report = verifier.verify(AtLook.first(() -> moved.add(world.migrate())));
    assertThat(moved).singleElement().satisfies(done -> assertThat(done.segments()).isPositive());
    assertThat(report.problems()).isEmpty();
    assertThat(report.checked()).containsAllEntriesOf(shards(world.check()));
  }

  @Test
  void whatIsLostUnderTheVerifierIsAProblem() throws Exception {
    MigrateWorld world = MigrateWorld.full(0.85);
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
  void ofTwoMigrationsEachSegmentHasOneWinner() throws Exception {
    MigrateWorld world = MigrateWorld.full(0.85);
    SteppedMigration first = new SteppedMigration(world);
    assertThat(first.step()).isTrue();
    assertThat(first.step()).as("makes its first stripe").isTrue();
    Done second = world.migrate();
    assertThat(second.stripes()).isPositive();
    assertThatThrownBy(first::finish)
        .as("continues after its successor has finished")
        .isInstanceOf(CommitConflictException.class)
        .satisfies(
            e -> assertThat(SteppedMigration.overtaken((CommitConflictException) e)).isTrue());
    assertThat(world.map().stripes()).hasSize(second.stripes());
    world.check();

    long before = capacityBytes(world);
    world.sweep();
    assertThat(capacityBytes(world)).as("the first one's strips are swept").isLessThan(before);
    world.check();
  }

  @Test
  void aMigrationThatSleptWhileAnotherMovedItsSegmentsSaysSo() throws Exception {
    MigrateWorld world = MigrateWorld.full(0.85);
    SteppedMigration first = new SteppedMigration(world);
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
    MigrateWorld world = MigrateWorld.full(0.85);
    SteppedMigration migration = new SteppedMigration(world);
    assertThat(migration.step()).as("planned").isTrue();
    assertThat(migration.step()).as("a stripe made").isTrue();
    try (WorldIngest ingest = world.ingest()) {
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
    MigrateWorld world = MigrateWorld.full(0.85);
    SteppedMigration dead = new SteppedMigration(world);
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
      world.drives.resize("capacity-" + i, 32 * MigrateWorld.MIB);
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
}
