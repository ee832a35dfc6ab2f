package io.basalt.storage.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.compact.LocalCompaction;
import io.basalt.storage.drive.Drive;
import io.basalt.storage.drive.Drive.StoredFile;
import io.basalt.storage.drive.DriveSet;
import java.time.Clock;
import org.junit.jupiter.api.Test;

/** Data fills the drives of both tiers, and leaves the reserve to the tree. */
class ReserveTest {
  @Test
  void dataNeverTakesTheReserveAndTheTreeGoesOnInIt() throws Exception {
    MigrateWorld world = MigrateWorld.create(4, 12 << 20, 6, 6 << 20);
    world.watermark(0.5);
    boolean room = true;
    while (room) {
      boolean waits;
      // One that had to wait does not ask again at once; a new one does.
      try (WorldIngest ingest = world.ingest()) {
        waits = !ingest.fillTo(1);
      }
      requireReserve(world);
      room = world.migrate().stripes() > 0 || !waits;
      requireReserve(world);
    }
    assertThat(world.scmFill()).as("full").isGreaterThan(0.8);

    // Roots, maps and leaves still find room, on drives that data may not fill further.
    world.sealAll();
    LocalCompaction.run(world.open(), world.log.handle(), Clock.systemUTC(), 1);
    requireReserve(world);
    world.check();
  }

  private static void requireReserve(MigrateWorld world) throws Exception {
    double reserve = DriveSet.Options.DEFAULTS.reserveShare();
    for (Drive drive : world.drives.drives()) {
      long data =
          drive.list("segments").stream().mapToLong(StoredFile::length).sum()
              + drive.list("stripes").stream().mapToLong(StoredFile::length).sum();
      assertThat(data)
          .as("data on %s", drive.info().id())
          .isLessThanOrEqualTo((long) (drive.info().size() * (1 - reserve)));
    }
  }
}
