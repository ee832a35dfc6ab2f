package io.basalt.storage.commit;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.commit.InMemoryArbiter.Fault;
import io.basalt.storage.commit.InMemoryArbiter.Log;
import io.basalt.storage.commit.Interleaving.Steps;
import io.basalt.storage.commit.Interleaving.Touch;
import io.basalt.storage.drive.Drive;
import io.basalt.storage.drive.DriveInfo;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.drive.SimulatedDrives;
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
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A small store for tests of the protocol: drives, a log, and changes that leave a mark. A mark is
 * added at most once, as a position moves once, and comes with a segment file of its own.
 */
final class CommitWorld {
  private static final int ROOT_COPIES = 3;
  private static final int PATIENCE = 20;

  /** Lists of all but the sweep look for numbered roots and for nothing else. */
  private static final String ROOTS = "roots/root-";

  private static final String ALL = "";

  final SimulatedDrives drives;
  final Log log;
  final List<String> acknowledged = new ArrayList<>();
  final List<String> seen = new ArrayList<>();
  private final AtomicLong nonces = new AtomicLong();

  private CommitWorld(SimulatedDrives drives, Log log) {
    this.drives = drives;
    this.log = log;
  }

  /** Two SCM and two capacity drives, each in an enclosure of its own, with root 1. */
  static CommitWorld create() {
    CommitWorld world =
        new CommitWorld(new SimulatedDrives(2, 2, 64 << 20), new Log("cluster", "topic"));
    DriveSet set = world.drives.driveSet();
    Root first = first(set);
    try {
      new RootFiles(set, ROOT_COPIES).place(first, RootCodec.encode(first), Set.of());
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

  /** The same drives after the log was lost and another took its place. */
  CommitWorld withLog(Log fresh) {
    CommitWorld next = new CommitWorld(drives, fresh);
    next.acknowledged.addAll(acknowledged);
    next.seen.addAll(seen);
    next.nonces.set(nonces.get());
    return next;
  }

  /** A repair as an operator runs it. */
  void repair(Steps steps) throws Exception {
    ArbiterRepair.declare(
        see(steps, ROOTS),
        ROOT_COPIES,
        arbiter(steps, log.handle()),
        Clock.systemUTC(),
        new Random(nonces.incrementAndGet()));
  }

  private static Root first(DriveSet set) {
    return Root.first(
        set.storeId(), "test", "0-0000000000000000-0", "0-0000000000000000", 1, set.infos());
  }

  private DriveSet see(Steps steps, String heeded) {
    List<Drive> stepped = new ArrayList<>();
    drives.drives().forEach(drive -> stepped.add(new SteppedDrive(drive, steps, heeded)));
    return DriveSet.sequential(SimulatedDrives.STORE, stepped, DriveSet.Options.DEFAULTS);
  }

  /** Commits marks, one after the other. */
  void commit(Steps steps, Fault fault, String... marks) throws Exception {
    Committer committer = new Committer(steps, fault);
    for (String mark : marks) {
      committer.commit(mark);
      acknowledged.add(mark);
    }
  }

  /** Something that is tried until it is done; it starts anew after every error. */
  @FunctionalInterface
  private interface Try {
    boolean once() throws Exception;
  }

  /** What goes wrong may take several tries, and never for ever. */
  private static void persist(Steps steps, Try what) throws Exception {
    for (int tries = 0; ; tries++) {
      Exception failure;
      try {
        if (what.once()) {
          return;
        }
        failure = null;
      } catch (IOException | CommitUnknownException | CommitConflictException e) {
        failure = e;
      } catch (ArbiterException e) {
        // A drive that is away may hold the body, and a log may be cut while its reader sleeps.
        assertThat(e.getMessage()).containsAnyOf("bring the drives back", "start a new attempt");
        failure = e;
      }
      if (tries > PATIENCE) {
        throw new AssertionError("a stall that retries do not end", failure);
      }
      steps.before(Touch.PAUSE);
    }
  }

  /** A process that commits marks; it keeps its attempt until an error ends it. */
  private final class Committer {
    private final Steps steps;
    private final InMemoryArbiter handle = log.handle();
    private DriveSet set;
    private RootCommitter committer;
    private Change unknown;
    private int segments;

    Committer(Steps steps, Fault fault) {
      this.steps = steps;
      handle.fail(fault);
    }

    void commit(String mark) throws Exception {
      persist(
          steps,
          () -> {
            try {
              return once(mark);
            } catch (CommitUnknownException e) {
              throw e;
            } catch (Exception e) {
              committer = null;
              unknown = null;
              throw e;
            }
          });
    }

    private boolean once(String mark) throws Exception {
      if (unknown == null) {
        if (committer == null) {
          open();
        }
        if (committer.head().rejectsTopicId().contains(mark)) {
          return true;
        }
        unknown = adding(mark, segment());
      }
      committer.commit(unknown);
      unknown = null;
      return true;
    }

    private void open() throws Exception {
      set = see(steps, ROOTS);
      RootFiles files = new RootFiles(set, ROOT_COPIES);
      Attempt attempt = Attempt.start(files.head(), new Random(nonces.incrementAndGet()));
      committer = RootCommitter.open(files, arbiter(steps, handle), attempt, Clock.systemUTC());
    }

    private Tail segment() throws IOException {
      Attempt attempt = committer.attempt();
      String name = attempt + "-0-" + segments++;
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
  }

  private static Change adding(String mark, Tail tail) {
    return next -> {
      if (next.base().rejectsTopicId().contains(mark)) {
        throw new CommitConflictException(mark + " is there");
      }
      next.rejectsTopicId(next.base().rejectsTopicId() + mark);
      List<Tail> tails = new ArrayList<>(next.tails());
      tails.add(tail);
      next.tails(tails);
    };
  }

  /** Drops old roots by commit and deletes them, then ends old attempts and deletes their files. */
  void cleanUp(Steps steps) throws Exception {
    persist(
        steps,
        () -> {
          DriveSet set = see(steps, ALL);
          RootFiles files = new RootFiles(set, ROOT_COPIES);
          Attempt attempt = Attempt.start(files.head(), new Random(nonces.incrementAndGet()));
          Root root =
              RootCommitter.open(files, arbiter(steps, log.handle()), attempt, Clock.systemUTC())
                  .commit(
                      next -> {
                        Sweeper.raising(Duration.ZERO, 0).apply(next);
                        int kept = next.kept().size();
                        next.kept(next.kept().subList(kept - 1, kept));
                      });
          new Pruner(files, null).delete(root);
          new Sweeper(set, ROOT_COPIES, CommitWorld::places, roots -> List.of()).delete(root);
          return true;
        });
  }

  private static Sweeper.Places places(Root head) {
    return new Sweeper.Places(head.tails().stream().map(Tail::location).toList(), List.of());
  }

  void read(Steps steps) throws Exception {
    persist(
        steps,
        () -> {
          String marks = new RootFiles(see(steps, ROOTS), ROOT_COPIES).head().rejectsTopicId();
          if (!seen.isEmpty()) {
            assertThat(marks).as("what a reader sees later").startsWith(seen.get(seen.size() - 1));
          }
          return seen.add(marks);
        });
  }

  /** Lets Kafka delete what no one who starts now needs: all below the head's own record. */
  void trim(Steps steps) throws Exception {
    Root head = new RootFiles(drives.driveSet(), ROOT_COPIES).newest().orElseThrow().root();
    steps.before(Touch.change("", "log"));
    log.trim(History.start(head));
  }

  Arbiter arbiter(Steps steps) {
    return arbiter(steps, log.handle());
  }

  static Arbiter arbiter(Steps steps, InMemoryArbiter handle) {
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
        steps.before(Touch.change("", "log"));
        long offset = handle.append(proposal);
        // Whoever dies here never hears that it won.
        steps.before(Touch.look("", "answer"));
        return offset;
      }

      @Override
      public List<Decided> readFrom(long offset) throws IOException, ArbiterException {
        steps.before(Touch.look("", "log"));
        return handle.readFrom(offset);
      }

      @Override
      public void close() {}
    };
  }

  /** One history, nothing acknowledged lost, nothing live deleted, and the store goes on. */
  Root check() throws Exception {
    checkWithADriveLess();
    commit(Steps.ALONE, Fault.NONE, "[last]");
    DriveSet set = drives.driveSet();
    RootFiles files = new RootFiles(set, ROOT_COPIES);
    Root head = files.head();
    String marks = head.rejectsTopicId();
    requireMarks(marks);
    requireSegments(set, head);
    for (KeptRoot kept : head.kept()) {
      Root root = files.read(kept.number());
      assertThat(marks).startsWith(root.rejectsTopicId());
      requireSegments(set, root);
    }
    return head;
  }

  private void requireMarks(String marks) {
    for (String mark : acknowledged) {
      assertThat(marks).as("acknowledged %s", mark).containsOnlyOnce(mark);
    }
    for (String earlier : seen) {
      assertThat(marks).as("what a reader saw").startsWith(earlier);
    }
  }

  /** Whichever drive is lost, the others show what was acknowledged or seen. */
  private void checkWithADriveLess() throws Exception {
    for (Drive drive : drives.drives()) {
      drives.unplug(drive.info().id());
      Root newest = new RootFiles(drives.driveSet(), ROOT_COPIES).newest().orElseThrow().root();
      requireMarks(newest.rejectsTopicId());
      drives.plugIn(drive.info().id());
    }
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
