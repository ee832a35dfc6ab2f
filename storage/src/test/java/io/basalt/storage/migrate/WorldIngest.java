package io.basalt.storage.migrate;

import io.basalt.storage.commit.RootCommitter;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.ingest.Flushed;
import io.basalt.storage.ingest.IngestChange;
import io.basalt.storage.ingest.Range;
import io.basalt.storage.root.Incarnation;
import io.basalt.storage.root.Root;
import io.basalt.storage.segment.SegmentWriter;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.Op;
import io.basalt.storage.tree.Version;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/** One run of ingest in a {@link MigrateWorld}, with a writer of one partition. */
final class WorldIngest implements AutoCloseable {
  private final MigrateWorld world;
  private final RootCommitter committer;
  private final SegmentWriter writer;
  private final Random random;
  private long next;
  private long committed;

  WorldIngest(MigrateWorld world) throws Exception {
    this.world = world;
    random = world.random();
    DriveSet set = world.open();
    committer = world.committer(set);
    writer =
        new SegmentWriter(
            set,
            MigrateWorld.OPTIONS,
            committer.attempt().toString(),
            0,
            random,
            Clock.systemUTC());
    committed = MigrateWorld.position(committer.head());
    next = committed;
    commit();
  }

  /** Writes files of up to 64 KiB until the SCM is that full; false if ingest waits before. */
  boolean fillTo(double share) throws Exception {
    while (world.scmFill() < share) {
      if (!put("/f/%03d".formatted(random.nextInt(500)), random.nextInt(64 << 10))) {
        return false;
      }
    }
    commit();
    return true;
  }

  /** False if ingest waits for space; what was staged is committed. */
  boolean put(String path, int length) throws Exception {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    while (!writer.hasRoomFor(length)) {
      if (writer.waiting().isPresent()) {
        commit();
        return false;
      }
      commit();
    }
    Event event =
        new Event(
            path,
            new Version(1, next),
            0,
            1_700_000_000_000L + next,
            Op.PUT,
            0,
            Optional.empty(),
            List.of());
    writer.add(event, ByteBuffer.wrap(bytes));
    world.stage(next, path, bytes);
    next++;
    return true;
  }

  Root commit() throws Exception {
    if (next > committed) {
      writer.cover(new Range(1, 0, committed, next, -1));
    }
    Flushed flushed = DriveSet.await(writer.flush());
    Root root =
        committer.commit(
            new IngestChange(
                committer.attempt(),
                List.of(flushed),
                Set.of(committer.attempt().toString()),
                Optional.of(new Incarnation(1, "basalt.writes", "topic-id", 1)),
                0,
                "rejects"));
    committed = next;
    world.settle(committed);
    return root;
  }

  @Override
  public void close() {
    writer.close();
  }
}
