package io.basalt.storage.compact;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.Contents;
import io.basalt.storage.TestStore;
import io.basalt.storage.commit.Arbiter;
import io.basalt.storage.commit.CommitConflictException;
import io.basalt.storage.commit.InMemoryArbiter;
import io.basalt.storage.commit.RootFiles;
import io.basalt.storage.commit.SteppedArbiter;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.drive.SimulatedCrash;
import io.basalt.storage.drive.SimulatedDrives;
import io.basalt.storage.read.StoreReader;
import io.basalt.storage.rewrite.LocalRewriting;
import io.basalt.storage.rewrite.Rewriting;
import io.basalt.storage.root.PartitionOffset;
import io.basalt.storage.root.Root;
import io.basalt.storage.tree.FileState;
import io.basalt.storage.tree.Op;
import io.basalt.storage.verify.Verifier;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Stops a compaction at file operations and at steps of the arbiter, and lets it sleep there until
 * its successor has finished. It merges leaves, drops an abandoned upload, frees segments, copies
 * what is live out of sparse ones, on mirrors and in a stripe; what was not forced may vanish.
 * Covers each step of the lists in {@link Compaction} and {@link Rewriting}.
 */
class CompactionCrashTest {
  private static final Duration RETENTION = Duration.ofHours(1);

  /** So many operations lie between two stops of the quick runs. */
  private static final int SOME = 43;

  @TempDir Path folder;
  private SimulatedDrives drives;
  private InMemoryArbiter.Log log;
  private Map<String, byte[]> model;
  private Map<String, byte[]> oldModel;
  private long oldRoot;
  private long next;
  private Clock clock;

  /** A store whose next compaction has all kinds of work. */
  @BeforeEach
  void prepare() throws Exception {
    drives = new SimulatedDrives(2, 3, 256 << 20);
    log = new InMemoryArbiter.Log("cluster", "topic");
    Bytes bytes = new Bytes(5, 6);
    try (TestStore store = TestStore.create(folder, "1MiB", drives.driveSet(), log)) {
      clock = store.clock();
      store.apply("/up", Op.UPLOAD, 0, "u", new byte[9_000]);
      for (int pass = 0; pass < 3; pass++) {
        for (int i = 0; i < 25; i++) {
          bytes.change(store);
        }
        // Of these a little stays, in a stripe and on mirrors.
        for (int i = 0; i < 10; i++) {
          store.put("/g%d".formatted(pass == 1 ? i + 1 : i), content(pass, i));
        }
        store.put("/big", new byte[700_000]);
        store.seal();
        store.makeRun();
        next = store.next();
        if (pass == 0) {
          store.moveToStripe(store.sealed(), 2, 1);
        }
        if (pass < 2) {
          merge(drives.driveSet(), log.handle(), 100 + pass, Duration.ofDays(999));
          store.pass(RETENTION.multipliedBy(2));
          store.refresh();
        }
      }
      oldRoot = store.head().number();
      oldModel = model(bytes, 2);
      store.put("/g3", content(3, 3));
      store.seal();
      store.makeRun();
      next = store.next();
      store.commit(
          root ->
              root.kept(root.kept().stream().filter(kept -> kept.number() == oldRoot).toList()));
    }
    model = model(bytes, 2);
    model.put("/g3", content(3, 3));
  }

  private static Map<String, byte[]> model(Bytes bytes, int pass) {
    Map<String, byte[]> model = new HashMap<>(bytes.files());
    for (int i = 0; i < 10; i++) {
      model.put("/g" + i, content(pass, i));
    }
    model.put("/g10", content(1, 9));
    model.put("/big", new byte[700_000]);
    return model;
  }

  private static byte[] content(int pass, int file) {
    byte[] content = new byte[20_000];
    content[0] = (byte) (16 * pass + file);
    return content;
  }

  @Test
  void aStopLosesNothingAndTheNextCompactionGoesOn() throws Exception {
    stopAtEvery(SOME);
  }

  @Test
  @Tag("soak")
  void aStopAnywhereLosesNothingAndTheNextCompactionGoesOn() throws Exception {
    stopAtEvery(1);
  }

  private void stopAtEvery(int stride) throws Exception {
    long operations = whole();
    for (long stop = 1; stop <= operations; stop += stride) {
      SimulatedDrives copy = drives.afterCrash(1);
      InMemoryArbiter.Log history = log.copy();
      copy.stopAt(stop);
      try {
        pass(copy.driveSet(), history.handle(), 200);
      } catch (SimulatedCrash stopped) {
        assertThat(copy.stopped()).isTrue();
      }
      goOn(copy.afterCrash(stop), history, "stopped before operation " + stop);
    }
  }

  @Test
  void aStopAtTheArbiterLosesNothing() throws Exception {
    stopAtEveryStep(4);
  }

  @Test
  @Tag("soak")
  void aStopAnywhereAtTheArbiterLosesNothing() throws Exception {
    stopAtEveryStep(1);
  }

  private void stopAtEveryStep(int stride) throws Exception {
    SteppedArbiter whole = new SteppedArbiter(log.copy().handle(), Long.MAX_VALUE);
    pass(drives.afterCrash(1).driveSet(), whole, 200);
    assertThat(whole.steps()).isGreaterThan(12);
    for (long step = 1; step <= whole.steps(); step += stride) {
      SimulatedDrives copy = drives.afterCrash(1);
      InMemoryArbiter.Log history = log.copy();
      try {
        pass(copy.driveSet(), new SteppedArbiter(history.handle(), step), 200);
      } catch (SimulatedCrash stopped) {
        assertThat(step).isPositive();
      }
      goOn(copy.afterCrash(step), history, "stopped at step " + step + " of the arbiter");
    }
  }

  @Test
  void oneThatWakesUpAfterItsSuccessorChangesNothing() throws Exception {
    sleepAtEvery(2 * SOME);
  }

  @Test
  @Tag("soak")
  void oneThatWakesUpAnywhereAfterItsSuccessorChangesNothing() throws Exception {
    sleepAtEvery(1);
  }

  private void sleepAtEvery(int stride) throws Exception {
    long operations = whole();
    for (long sleep = 1; sleep <= operations; sleep += stride) {
      SimulatedDrives copy = drives.afterCrash(1);
      InMemoryArbiter.Log history = log.copy();
      copy.pauseAt(
          sleep,
          () -> {
            try {
              pass(copy.driveSet(), history.handle(), 500);
            } catch (Exception e) {
              throw new AssertionError(e);
            }
          });
      try {
        pass(copy.driveSet(), history.handle(), 200);
      } catch (CommitConflictException | IOException ended) {
        // Its attempt has ended, or its root is gone: either is an end, and nothing was committed.
        assertThat(ended).isNotNull();
      }
      goOn(copy, history, "slept before operation " + sleep);
    }
  }

  /** Operations of a pass that nothing stops, which finds all kinds of work. */
  private long whole() throws Exception {
    SimulatedDrives copy = drives.afterCrash(1);
    pass(copy.driveSet(), log.copy().handle(), 200);
    assertThat(copy.operations()).isGreaterThan(150);
    return copy.operations();
  }

  private void pass(DriveSet set, Arbiter arbiter, long seed) throws Exception {
    Compaction.Outcome merged = merge(set, arbiter, seed, RETENTION);
    Rewriting.Outcome rewritten = LocalRewriting.run(set, arbiter, clock, seed + 1);
    if (seed == 200 && merged.runsIn() > 0) {
      assertThat(merged.leavesOut()).isPositive();
      assertThat(rewritten.problems()).isEmpty();
    }
  }

  private Compaction.Outcome merge(DriveSet set, Arbiter arbiter, long seed, Duration retention)
      throws Exception {
    LocalCompaction compaction = LocalCompaction.start(set, arbiter, clock, seed);
    compaction.drop(
        List.of(new PartitionOffset(1, 0, next)), new RootFiles(set, 3).head().at(), retention);
    return compaction.commit(compaction.merge());
  }

  private void goOn(SimulatedDrives after, InMemoryArbiter.Log history, String when)
      throws Exception {
    try {
      check(after);
      // The first one finishes what was decided and not linked everywhere.
      pass(after.driveSet(), history.handle(), 300);
      verify(after);
      assertThat(LocalRewriting.isDone(after.driveSet())).isTrue();
      try (StoreReader reader = StoreReader.open(after.driveSet())) {
        assertThat(reader.pendingUpload("/up", "u")).isEmpty();
      }
      pass(after.driveSet(), history.handle(), 400);
      verify(after);
    } catch (Exception | AssertionError e) {
      throw new AssertionError(when, e);
    }
  }

  private void verify(SimulatedDrives after) throws Exception {
    check(after);
    assertThat(new Verifier(after.driveSet()).verify().problems()).isEmpty();
  }

  private void check(SimulatedDrives after) throws Exception {
    DriveSet set = after.driveSet();
    Root head = new RootFiles(set, 3).head();
    check(set, head, model);
    assertThat(head.kept()).anyMatch(kept -> kept.number() == oldRoot);
    check(set, new RootFiles(set, 3).read(oldRoot), oldModel);
  }

  private static void check(DriveSet set, Root root, Map<String, byte[]> expected)
      throws IOException {
    try (StoreReader reader = StoreReader.open(set, root)) {
      Map<String, byte[]> found = new HashMap<>();
      for (FileState file : Contents.files(reader)) {
        found.put(file.path(), Contents.bytes(reader, file));
      }
      assertThat(found).containsExactlyInAnyOrderEntriesOf(expected);
    }
  }
}
