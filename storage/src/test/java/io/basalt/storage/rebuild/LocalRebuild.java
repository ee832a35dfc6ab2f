package io.basalt.storage.rebuild;

import io.basalt.storage.TestStore;
import io.basalt.storage.commit.InMemoryArbiter;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.leaf.LeafLimits;
import io.basalt.storage.root.ArbiterPoint;
import java.time.Clock;
import java.util.Random;
import java.util.Set;

/** A rebuild as the command does it, with leaves of a few rows and a topic in memory. */
final class LocalRebuild {
  /** End of the rejects topic. */
  static final long REJECTS_END = 17;

  private static final LeafLimits FEW = new LeafLimits(5, 12, 200);
  private static final int ROOT_COPIES = 3;

  private LocalRebuild() {}

  static Rebuild.Options options(Set<String> replaced) {
    return new Rebuild.Options(
        "test",
        replaced,
        new Rebuild.Topics(
            TestStore.INCARNATION.topic(),
            TestStore.INCARNATION.topicId(),
            TestStore.INCARNATION.partitions(),
            "rejects-id",
            REJECTS_END),
        FEW);
  }

  /** What there is, written and declared; the topic is new and empty. */
  static Rebuild.Written run(
      DriveSet drives, InMemoryArbiter.Log fresh, long seed, Set<String> replaced)
      throws Exception {
    try (Rebuild rebuild = Rebuild.look(drives, options(replaced), new Random(seed));
        InMemoryArbiter arbiter = fresh.handle()) {
      Rebuild.Written written =
          rebuild.write(
              new ArbiterPoint(arbiter.clusterId(), arbiter.topicId(), -1, ""), Clock.systemUTC());
      rebuild.declare(written, ROOT_COPIES, arbiter);
      return written;
    }
  }
}
