package io.basalt.storage.compact;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.TestStore;
import io.basalt.storage.commit.Arbiter;
import io.basalt.storage.commit.ArbiterException;
import io.basalt.storage.commit.InMemoryArbiter;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.drive.SimulatedCrash;
import io.basalt.storage.drive.SimulatedDrives;
import io.basalt.storage.read.ListEntry;
import io.basalt.storage.read.StoreReader;
import io.basalt.storage.tree.FileState;
import io.basalt.storage.verify.Verifier;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Stops a compaction that merges leaves and frees segments at every file operation and every step
 * of the arbiter; what was not forced may vanish. Covers each step of the list in {@link
 * Compaction}.
 */
class CompactionCrashTest {
  @TempDir Path folder;
  private SimulatedDrives drives;
  private InMemoryArbiter.Log log;
  private Map<String, byte[]> model;
  private Clock clock;

  @Test
  void aStopAnywhereLosesNothingAndTheNextCompactionGoesOn() throws Exception {
    prepare();
    long operations = stopAt(Long.MAX_VALUE, Long.MAX_VALUE);
    assertThat(operations).isGreaterThan(40);
    for (long stop = 1; stop <= operations; stop++) {
      stopAt(stop, Long.MAX_VALUE);
    }
    for (long step = 1; step <= 8; step++) {
      stopAt(Long.MAX_VALUE, step);
    }
  }

  /** A store whose next compaction rewrites leaves, adds some, and frees segments and runs. */
  private void prepare() throws Exception {
    drives = new SimulatedDrives(2, 1, 256 << 20);
    log = new InMemoryArbiter.Log("cluster", "topic");
    Bytes bytes = new Bytes(5, 6);
    try (TestStore store = TestStore.create(folder, "1MiB", drives.driveSet(), log)) {
      clock = store.clock();
      for (int pass = 0; pass < 3; pass++) {
        for (int i = 0; i < 25; i++) {
          bytes.change(store);
        }
        store.put("/big", new byte[700_000]);
        store.seal();
        store.makeRun();
        if (pass < 2) {
          LocalCompaction.run(drives.driveSet(), log.handle(), clock, 100 + pass);
          store.refresh();
        }
      }
      store.commit(
          next -> next.kept(next.kept().subList(next.kept().size() - 1, next.kept().size())));
    }
    model = new HashMap<>(bytes.files());
    model.put("/big", new byte[700_000]);
  }

  /** Runs a compaction on a copy of the store, stops it, and checks what is left and goes on. */
  private long stopAt(long operation, long step) throws Exception {
    SimulatedDrives copy = drives.afterCrash(1);
    InMemoryArbiter.Log history = log.copy();
    copy.stopAt(operation);
    try {
      Compaction.Outcome whole =
          LocalCompaction.run(copy.driveSet(), new Steps(history.handle(), step), clock, 200);
      assertThat(whole.runsIn()).isPositive();
      assertThat(whole.leavesOut()).isPositive();
      assertThat(whole.freedBytes()).isGreaterThan(2 << 20);
    } catch (SimulatedCrash stopped) {
      assertThat(copy.stopped() || step < Long.MAX_VALUE).isTrue();
    }
    long operations = copy.operations();
    SimulatedDrives after = copy.afterCrash(operation + step);
    check(after);
    // The first one finishes what was decided and not linked everywhere.
    LocalCompaction.run(after.driveSet(), history.handle(), clock, 300);
    verify(after);
    LocalCompaction.run(after.driveSet(), history.handle(), clock, 400);
    verify(after);
    return operations;
  }

  private void verify(SimulatedDrives after) throws IOException {
    check(after);
    assertThat(new Verifier(after.driveSet()).verify().problems()).isEmpty();
  }

  private void check(SimulatedDrives after) throws IOException {
    DriveSet set = after.driveSet();
    try (StoreReader reader = StoreReader.open(set)) {
      Map<String, byte[]> found = new HashMap<>();
      List<ListEntry> entries = reader.list("/", true).toList();
      for (ListEntry entry : entries) {
        FileState file = ((ListEntry.File) entry).state();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        reader.read(file, Channels.newChannel(out));
        found.put(file.path(), out.toByteArray());
      }
      assertThat(found).containsExactlyInAnyOrderEntriesOf(model);
    }
  }

  /** An arbiter whose user stops before or after one of its calls. */
  private static final class Steps implements Arbiter {
    private final Arbiter log;
    private long left;

    private Steps(Arbiter log, long stop) {
      this.log = log;
      this.left = stop;
    }

    private void step() {
      if (--left == 0) {
        throw new SimulatedCrash(0);
      }
    }

    @Override
    public String clusterId() {
      return log.clusterId();
    }

    @Override
    public String topicId() {
      return log.topicId();
    }

    @Override
    public long append(Proposal proposal) throws IOException {
      step();
      long offset = log.append(proposal);
      step();
      return offset;
    }

    @Override
    public List<Decided> readFrom(long offset) throws IOException, ArbiterException {
      step();
      return log.readFrom(offset);
    }

    @Override
    public void close() {
      log.close();
    }
  }
}
