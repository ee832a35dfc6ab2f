package io.basalt.storage.commit;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.commit.InMemoryArbiter.Log;
import io.basalt.storage.drive.Drive;
import io.basalt.storage.drive.DriveInfo;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.drive.SimulatedDrives;
import io.basalt.storage.root.ArbiterPoint;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.Root.KeptRoot;
import io.basalt.storage.root.RootCodec;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Tail;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A small store for tests of the protocol: drives, a log, and changes that leave a mark. A mark is
 * added at most once, as a position moves once, and comes with a segment file of its own.
 */
final class CommitWorld {
  final SimulatedDrives drives;
  final Log log;
  final List<String> acknowledged = new ArrayList<>();
  final List<String> seen = new ArrayList<>();
  private final AtomicLong nonces = new AtomicLong();

  private CommitWorld(SimulatedDrives drives, Log log) {
    this.drives = drives;
    this.log = log;
  }

  /** Two SCM drives and a capacity drive, each in an enclosure of its own, with root 1. */
  static CommitWorld create() {
    CommitWorld world =
        new CommitWorld(new SimulatedDrives(2, 1, 64 << 20), new Log("cluster", "topic"));
    DriveSet set = world.drives.driveSet();
    Root first = first(set);
    try {
      new RootFiles(set, 3).place(first, RootCodec.encode(first), Set.of());
    } catch (IOException | ArbiterException e) {
      throw new IllegalStateException(e);
    }
    return world;
  }

  /** A copy of the world after a crash of everything but the log, one of several outcomes. */
  CommitWorld afterCrash(long seed) {
    CommitWorld next = new CommitWorld(drives.afterCrash(seed), log.copy());
    next.acknowledged.addAll(acknowledged);
    next.seen.addAll(seen);
    next.nonces.set(nonces.get());
    return next;
  }

  private static Root first(DriveSet set) {
    return new Root(
        set.storeId(),
        "test",
        1,
        "0-0000000000000000-0",
        "0-0000000000000000",
        1,
        ArbiterPoint.NONE,
        List.of(),
        List.of(),
        "",
        set.infos(),
        0,
        List.of(),
        List.of(),
        List.of(),
        Optional.empty(),
        List.of(),
        List.of(),
        List.of());
  }

  DriveSet see(Runnable step) {
    List<Drive> stepped = new ArrayList<>();
    drives.drives().forEach(drive -> stepped.add(new SteppedDrive(drive, step)));
    return DriveSet.sequential(SimulatedDrives.STORE, stepped, DriveSet.Options.DEFAULTS);
  }

  /** A process that works until its mark is in the store, starting anew after every error. */
  void commit(String mark, Runnable step) throws Exception {
    for (int tries = 0; ; tries++) {
      try {
        commitOnce(mark, step);
        acknowledged.add(mark);
        return;
      } catch (IOException | CommitUnknownException | CommitConflictException e) {
        requirePatience(tries, e);
      } catch (ArbiterException e) {
        // A drive that is away may hold the body; nothing else may stop anyone here.
        assertThat(e).hasMessageContaining("bring the drives back");
        requirePatience(tries, e);
      }
      step.run();
    }
  }

  private static void requirePatience(int tries, Exception e) {
    if (tries > 20) {
      throw new AssertionError("a stall that retries do not end", e);
    }
  }

  private void commitOnce(String mark, Runnable step) throws Exception {
    DriveSet set = see(step);
    RootFiles files = new RootFiles(set, 3);
    Attempt attempt = Attempt.start(files.head(), new Random(nonces.incrementAndGet()));
    RootCommitter committer = RootCommitter.open(files, arbiter(step), attempt, Clock.systemUTC());
    if (committer.head().rejectsTopicId().contains(mark)) {
      return;
    }
    Tail tail = segment(set, attempt);
    committer.commit(
        next -> {
          if (next.base().rejectsTopicId().contains(mark)) {
            throw new CommitConflictException(mark + " is there");
          }
          next.rejectsTopicId(next.base().rejectsTopicId() + mark);
          List<Tail> tails = new ArrayList<>(next.tails());
          tails.add(tail);
          next.tails(tails);
        });
  }

  private static Tail segment(DriveSet set, Attempt attempt) throws IOException {
    String name = attempt + "-0-0";
    List<String> on = new ArrayList<>();
    for (DriveInfo drive : new RootDrives(set, 2).chosen()) {
      on.add(drive.id());
      set.call(
          drive.id(),
          d -> {
            d.create("segments/" + name, 16).force();
            d.forceDirectoryOf("segments/" + name);
            return true;
          });
    }
    return new Tail(new SegmentLocation(name, on, 16, 0, 16), attempt.toString(), true);
  }

  /** Drops old roots by commit and deletes them, then ends old attempts and deletes their files. */
  void cleanUp(Runnable step) throws Exception {
    for (int tries = 0; ; tries++) {
      try {
        DriveSet set = see(step);
        RootFiles files = new RootFiles(set, 3);
        Attempt attempt = Attempt.start(files.head(), new Random(nonces.incrementAndGet()));
        RootCommitter committer =
            RootCommitter.open(files, arbiter(step), attempt, Clock.systemUTC());
        Root root =
            committer.commit(
                next -> {
                  Sweeper.raising(Duration.ZERO).apply(next);
                  next.kept(next.kept().subList(next.kept().size() - 1, next.kept().size()));
                });
        new Pruner(files, null).delete(root);
        new Sweeper(set, 3, CommitWorld::places, roots -> List.of()).delete(root);
        return;
      } catch (IOException | CommitUnknownException | CommitConflictException e) {
        requirePatience(tries, e);
      } catch (ArbiterException e) {
        assertThat(e).hasMessageContaining("bring the drives back");
        requirePatience(tries, e);
      }
      step.run();
    }
  }

  private static Sweeper.Places places(Root head) {
    return new Sweeper.Places(head.tails().stream().map(Tail::location).toList(), List.of());
  }

  void read(Runnable step) throws Exception {
    for (int tries = 0; ; tries++) {
      try {
        String marks = new RootFiles(see(step), 3).head().rejectsTopicId();
        seen.add(marks);
        return;
      } catch (IOException e) {
        requirePatience(tries, e);
      }
      step.run();
    }
  }

  Arbiter arbiter(Runnable step) {
    InMemoryArbiter handle = log.handle();
    return new Arbiter() {
      @Override
      public String clusterId() {
        return handle.clusterId();
      }

      @Override
      public String topicId() {
        return handle.topicId();
      }

      @Override
      public long append(Proposal proposal) throws IOException {
        step.run();
        long offset = handle.append(proposal);
        step.run();
        return offset;
      }

      @Override
      public List<Decided> readFrom(long offset) throws IOException, ArbiterException {
        step.run();
        return handle.readFrom(offset);
      }

      @Override
      public void close() {}
    };
  }

  /** One history, nothing acknowledged lost, nothing live deleted, and the store goes on. */
  Root check() throws Exception {
    commit("[last]", () -> {});
    DriveSet set = drives.driveSet();
    RootFiles files = new RootFiles(set, 3);
    Root head = files.head();
    String marks = head.rejectsTopicId();
    for (String mark : acknowledged) {
      assertThat(marks).as("acknowledged %s", mark).containsOnlyOnce(mark);
    }
    for (String earlier : seen) {
      assertThat(marks).as("what a reader saw").startsWith(earlier);
    }
    requireSegments(set, head);
    for (KeptRoot kept : head.kept()) {
      Root root = files.read(kept.number());
      assertThat(marks).startsWith(root.rejectsTopicId());
      requireSegments(set, root);
    }
    return head;
  }

  private static void requireSegments(DriveSet set, Root root) throws IOException {
    for (Tail tail : root.tails()) {
      for (String drive : tail.location().mirrors()) {
        long length = set.call(drive, d -> d.open(tail.location().fileName()).length());
        assertThat(length)
            .as("%s of root %d on %s", tail.location().fileName(), root.number(), drive)
            .isEqualTo(16);
      }
    }
  }
}
