package io.basalt.storage.rebuild;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.basalt.storage.Contents;
import io.basalt.storage.TestStore;
import io.basalt.storage.commit.CommitConflictException;
import io.basalt.storage.commit.InMemoryArbiter;
import io.basalt.storage.commit.RootFiles;
import io.basalt.storage.compact.LocalCompaction;
import io.basalt.storage.compact.Merged;
import io.basalt.storage.drive.Drive;
import io.basalt.storage.drive.Drive.StoredFile;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.drive.SimulatedCrash;
import io.basalt.storage.drive.SimulatedDrives;
import io.basalt.storage.ingest.Published;
import io.basalt.storage.root.PartitionOffset;
import io.basalt.storage.tree.Op;
import io.basalt.storage.verify.Verifier;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * All roots are lost while a compaction that drops an upload is anywhere: stopped, refused, asleep
 * or done. The rebuilt tree equals the head that was lost, whichever copies lie about, and whether
 * the upload was published before or after.
 */
class CopyWindowTest {
  private static final Duration RETENTION = Duration.ofHours(24);
  private static final byte[] UPLOADED = {1, 2, 3};
  private static final byte[] OTHER = {4};

  /** So many operations lie between two stops of the quick runs. */
  private static final int SOME = 3;

  /** Names that no compaction of these tests gives. */
  private static final long REBUILD_SEED = 1_000_000;

  @TempDir Path folder;
  private SimulatedDrives drives;
  private InMemoryArbiter.Log log;
  private long seen;
  private long seed;

  /** A store with leaves and their copy, and an upload that the next compaction drops. */
  @BeforeEach
  void prepare() throws Exception {
    drives = new SimulatedDrives(2, 2, 64 << 20);
    log = new InMemoryArbiter.Log("cluster", "topic");
    try (TestStore store = TestStore.create(folder, "1MiB", drives.driveSet(), log)) {
      store.apply("/up", Op.UPLOAD, 0, "u", UPLOADED);
      for (int i = 0; i < 12; i++) {
        store.put("/f%02d".formatted(i), OTHER);
      }
      store.seal();
      store.makeRun();
      Dropping first = new Dropping(store, drives.driveSet());
      first.commit();
      store.pass(RETENTION.plusHours(1));
      store.put("/f03", UPLOADED);
      seen = store.commit().number();
    }
  }

  /** A compaction that drops what is abandoned, as the job does it. */
  private final class Dropping {
    private final LocalCompaction compaction;
    private final List<Merged> merged;

    private Dropping(TestStore store, DriveSet set) throws Exception {
      compaction = LocalCompaction.start(set, store.log().handle(), store.clock(), ++seed);
      PartitionOffset end = new PartitionOffset(1, 0, store.next());
      compaction.drop(List.of(end), store.refresh().at(), RETENTION);
      merged = compaction.merge();
    }

    private void commit() throws Exception {
      compaction.commit(merged);
    }
  }

  /** When the upload is published, in relation to the compaction's commit. */
  enum Publish {
    BEFORE,
    AFTER,
    NEVER
  }

  @ParameterizedTest
  @EnumSource(Publish.class)
  void aStopInTheCommit(Publish publish) throws Exception {
    stopAtEvery(SOME, publish);
  }

  @ParameterizedTest
  @EnumSource(Publish.class)
  @Tag("soak")
  void aStopAnywhereInTheCommit(Publish publish) throws Exception {
    stopAtEvery(1, publish);
  }

  private void stopAtEvery(int stride, Publish publish) throws Exception {
    long operations = stopAt(Long.MAX_VALUE, publish);
    assertThat(operations).isGreaterThan(publish == Publish.BEFORE ? 3 : 30);
    for (long stop = 1; stop <= operations; stop += stride) {
      try {
        stopAt(stop, publish);
      } catch (Exception | AssertionError e) {
        throw new AssertionError(
            "stopped before operation %d of %d".formatted(stop, operations), e);
      }
    }
  }

  /** Operations of the commit, as far as it came. */
  private long stopAt(long stop, Publish publish) throws Exception {
    SimulatedDrives copy = drives.afterCrash(1);
    InMemoryArbiter.Log history = log.copy();
    // A process that stops closes nothing.
    TestStore store = TestStore.reopen(folder, copy.driveSet(), history);
    Dropping dropping = new Dropping(store, copy.driveSet());
    if (publish == Publish.BEFORE) {
      publish(store);
    }
    long before = copy.operations();
    if (stop < Long.MAX_VALUE) {
      copy.stopAt(before + stop);
    }
    try {
      dropping.commit();
    } catch (SimulatedCrash stopped) {
      assertThat(copy.stopped()).isTrue();
    } catch (CommitConflictException published) {
      assertThat(publish).isEqualTo(Publish.BEFORE);
    }
    long operations = copy.operations() - before;
    SimulatedDrives after = copy.afterCrash(stop);
    boolean dropped = false;
    if (publish == Publish.AFTER) {
      try (TestStore next = TestStore.reopen(folder, after.driveSet(), history)) {
        dropped = !isPublished(next);
      }
      after = after.afterCrash(stop);
    }
    if (dropped) {
      assertRebuiltWithRefused(after);
    } else {
      assertRebuiltEqualsHead(after, publish != Publish.NEVER);
    }
    return operations;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void oneThatSleepsUntilItsSuccessorIsDone(boolean published) throws Exception {
    sleepAtEvery(2 * SOME, published);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @Tag("soak")
  void oneThatSleepsAnywhereUntilItsSuccessorIsDone(boolean published) throws Exception {
    sleepAtEvery(1, published);
  }

  private void sleepAtEvery(int stride, boolean published) throws Exception {
    long operations = sleepAt(Long.MAX_VALUE, published);
    assertThat(operations).isGreaterThan(30);
    for (long sleep = 1; sleep <= operations; sleep += stride) {
      try {
        sleepAt(sleep, published);
      } catch (Exception | AssertionError e) {
        throw new AssertionError("slept before operation %d of %d".formatted(sleep, operations), e);
      }
    }
  }

  private long sleepAt(long sleep, boolean published) throws Exception {
    SimulatedDrives copy = drives.afterCrash(1);
    InMemoryArbiter.Log history = log.copy();
    boolean[] there = {false};
    long operations;
    try (TestStore store = TestStore.reopen(folder, copy.driveSet(), history)) {
      Dropping dropping = new Dropping(store, copy.driveSet());
      long before = copy.operations();
      if (sleep < Long.MAX_VALUE) {
        copy.pauseAt(
            before + sleep,
            () -> {
              try {
                there[0] = published && isPublished(store);
                new Dropping(store, copy.driveSet()).commit();
              } catch (Exception e) {
                throw new AssertionError(e);
              }
            });
      }
      try {
        dropping.commit();
      } catch (CommitConflictException | IOException ended) {
        // Its attempt has ended, or its root is gone: either is an end.
        assertThat(ended).isNotNull();
      }
      operations = copy.operations() - before;
    }
    assertRebuiltEqualsHead(copy.afterCrash(1), there[0]);
    return operations;
  }

  @Test
  void aPublishThatWasFlushedAndRefusedIsNoted() throws Exception {
    DriveSet set = drives.driveSet();
    try (TestStore store = TestStore.reopen(folder, set, log)) {
      new Dropping(store, set).commit();
      assertThatThrownBy(() -> publish(store)).hasMessageContaining("look again");
    }
    loseTree(drives);
    Rebuild.Written written =
        LocalRebuild.run(
            drives.driveSet(),
            new InMemoryArbiter.Log("cluster", "topic-2"),
            REBUILD_SEED,
            Set.of());
    assertThat(written.report().notes())
        .singleElement()
        .asString()
        .startsWith("/up: the publish at offset")
        .contains("was never committed: upload u has no parts");
  }

  /** Publishes by what a root before the compaction had of the upload. */
  private void publish(TestStore store) throws Exception {
    store.apply("/up", Op.PUBLISH, UPLOADED.length, "u", new byte[0]);
    store.commit(List.of(new Published(new PartitionOffset(1, 0, 0), seen)));
  }

  private boolean isPublished(TestStore store) throws Exception {
    try {
      publish(store);
      return true;
    } catch (CommitConflictException dropped) {
      assertThat(dropped).hasMessageContaining("look again");
      return false;
    }
  }

  private void assertRebuiltEqualsHead(SimulatedDrives at, boolean published) throws Exception {
    Map<String, byte[]> head = head(at);
    assertThat(head.containsKey("/up")).isEqualTo(published);
    assertThat(rebuilt(at)).containsExactlyInAnyOrderEntriesOf(head);
  }

  /**
   * The publish stands in an index block and was never committed. With a copy that still has the
   * parts it is applied a little early, as all that was flushed; else it is passed over.
   */
  private void assertRebuiltWithRefused(SimulatedDrives at) throws Exception {
    Map<String, byte[]> head = head(at);
    assertThat(head).doesNotContainKey("/up");
    Map<String, byte[]> rebuilt = rebuilt(at);
    assertThat(rebuilt.getOrDefault("/up", UPLOADED)).isEqualTo(UPLOADED);
    rebuilt.remove("/up");
    assertThat(rebuilt).containsExactlyInAnyOrderEntriesOf(head);
  }

  private static Map<String, byte[]> head(SimulatedDrives at) throws Exception {
    // Whoever opens the store finishes what was decided.
    new RootFiles(at.driveSet(), 3).head();
    return Contents.of(at.driveSet());
  }

  private static Map<String, byte[]> rebuilt(SimulatedDrives at) throws Exception {
    loseTree(at);
    LocalRebuild.run(
        at.driveSet(), new InMemoryArbiter.Log("cluster", "topic-2"), REBUILD_SEED, Set.of());
    assertThat(new Verifier(at.driveSet()).verify().problems()).isEmpty();
    return Contents.of(at.driveSet());
  }

  private static void loseTree(SimulatedDrives from) throws IOException {
    for (Drive drive : from.drives()) {
      for (String directory : List.of("roots", "branches", "runs", "maps", "usage")) {
        for (StoredFile file : drive.list(directory)) {
          from.lose(drive.info().id(), file.name());
        }
      }
    }
  }
}
