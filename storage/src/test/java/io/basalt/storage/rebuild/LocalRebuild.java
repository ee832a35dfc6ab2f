package io.basalt.storage.rebuild;

import io.basalt.storage.TestStore;
import io.basalt.storage.commit.Arbiter;
import io.basalt.storage.commit.InMemoryArbiter;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.leaf.LeafLimits;
import io.basalt.storage.root.ArbiterPoint;
import io.basalt.storage.root.Incarnation;
import io.basalt.storage.tree.HeldEvents;
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

  static Rebuild.Options options(Set<String> replaced, Incarnation topic) {
    return new Rebuild.Options(
        "test",
        replaced,
        new Rebuild.Topics(
            topic.topic(), topic.topicId(), topic.partitions(), "rejects-id", REJECTS_END),
        FEW);
  }

  /** What there is of a store with one partition, written and declared. */
  static Rebuild.Written run(
      DriveSet drives, InMemoryArbiter.Log fresh, long seed, Set<String> replaced)
      throws Exception {
    return run(drives, fresh.handle(), seed, options(replaced, TestStore.INCARNATION));
  }

  /** What there is, written and declared; the topic is new and empty. */
  static Rebuild.Written run(DriveSet drives, Arbiter fresh, long seed, Rebuild.Options options)
      throws Exception {
    return run(drives, fresh, seed, options, new HeldEvents(1 << 20));
  }

  /** The same with a bound on the events in memory. */
  static Rebuild.Written run(
      DriveSet drives, Arbiter fresh, long seed, Rebuild.Options options, HeldEvents held)
      throws Exception {
    try (Rebuild rebuild = Rebuild.look(drives, options, new Random(seed), held);
        fresh) {
      Rebuild.Written written =
          rebuild.write(
              new ArbiterPoint(fresh.clusterId(), fresh.topicId(), -1, ""), Clock.systemUTC());
      rebuild.declare(written, ROOT_COPIES, fresh);
      return written;
    }
  }
}
