package io.basalt.storage.compact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.basalt.storage.Contents;
import io.basalt.storage.TestStore;
import io.basalt.storage.commit.InMemoryArbiter;
import io.basalt.storage.commit.Pruner;
import io.basalt.storage.commit.RootFiles;
import io.basalt.storage.commit.Sweeper;
import io.basalt.storage.config.StoreConfig.Retention;
import io.basalt.storage.drive.Drive;
import io.basalt.storage.drive.SimulatedDrives;
import io.basalt.storage.location.LocationMap;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.read.StoreReader;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Stripe;
import io.basalt.storage.tree.FileState;
import io.basalt.storage.verify.Verifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Dead data goes once no kept root needs it, and not before. */
class FreeingTest {
  @TempDir Path folder;
  private TestStore store;
  private long seed;

  @BeforeEach
  void create() throws Exception {
    store = TestStore.create(folder);
  }

  @AfterEach
  void verifyAndClose() {
    store.verifyAndClose();
  }

  @Test
  void overwrittenDataGoesOnceNoKeptRootNeedsIt() throws Exception {
    byte[] payload = new byte[600_000];
    for (int i = 0; i < 12; i++) {
      payload[0] = (byte) i;
      store.put("/f", payload.clone());
      store.commit();
    }
    store.seal();
    Root early = store.makeRun();
    run();
    assertThat(segments()).isGreaterThanOrEqualTo(4);
    Root kept = store.refresh();
    assertThat(Contents.bytes(store.drives(), early, "/f")[0]).isEqualTo((byte) 11);

    store.keepLast(1);
    Compaction.Outcome outcome = run();
    assertThat(outcome.freedBytes()).isGreaterThanOrEqualTo(2 * 3 * (2L << 20));
    assertThat(segments()).isEqualTo(1);
    assertThat(Contents.bytes(store.drives(), store.refresh(), "/f")).isEqualTo(payload);
    assertThat(store.head().number()).isGreaterThan(kept.number());
  }

  @Test
  void aStripeGoesWithTheLastSegmentThatStandsInIt() throws Exception {
    store.close();
    store = TestStore.create(Files.createDirectories(folder.resolve("striped")), "2MiB", 3);
    for (String path : List.of("/a", "/b")) {
      store.put(path, new byte[600_000]);
      store.seal();
      store.makeRun();
    }
    Stripe stripe = store.moveToStripe(List.copyOf(map().sealed()), 2, 1);
    store.put("/a", new byte[] {1});
    store.seal();
    store.makeRun();
    run();
    store.keepLast(1);
    assertThat(run().freedBytes()).isZero();
    assertThat(Contents.bytes(store.drives(), store.refresh(), "/b")).hasSize(600_000);
    assertThat(map().stripes()).containsExactly(stripe);

    store.put("/b", new byte[] {2});
    store.seal();
    store.makeRun();
    run();
    store.keepLast(1);
    assertThat(run().freedBytes()).isGreaterThan(3 * stripe.stripBytes());
    assertThat(map().stripes()).isEmpty();
    for (int strip = 0; strip < 3; strip++) {
      assertThat(store.file("capacity-" + strip, stripe.fileName(strip))).doesNotExist();
    }
    assertThat(Contents.bytes(store.drives(), store.refresh(), "/b")).containsExactly(2);
  }

  @Test
  void aDriveThatWasAwayIsAskedAgain() throws Exception {
    SimulatedDrives drives = new SimulatedDrives(4, 0, 256 << 20);
    try (TestStore away =
        TestStore.create(
            folder, "1MiB", drives.driveSet(), new InMemoryArbiter.Log("cluster", "topic"))) {
      away.put("/f", new byte[300_000]);
      away.seal();
      away.makeRun();
      SegmentLocation segment = sealed(away);
      away.put("/f", new byte[] {1});
      away.seal();
      away.makeRun();
      LocalCompaction.run(drives.driveSet(), away.log().handle(), away.clock(), 1);
      away.refresh();
      away.commit(next -> next.kept(List.of()));
      drives.unplug(segment.mirrors().get(0));
      LocalCompaction.run(drives.driveSet(), away.log().handle(), away.clock(), 2);
      drives.plugIn(segment.mirrors().get(0));
      assertThat(copies(drives, segment)).containsExactly(segment.mirrors().get(0));
      LocalCompaction.run(drives.driveSet(), away.log().handle(), away.clock(), 3);
      assertThat(copies(drives, segment)).isEmpty();
      assertThat(new Verifier(drives.driveSet()).verify().problems()).isEmpty();
    }
  }

  private static SegmentLocation sealed(TestStore store) throws Exception {
    return LocationMap.load(new MirroredFiles(store.drives()), store.refresh()).sealed().stream()
        .filter(segment -> segment.dataEnd() > 200_000)
        .findFirst()
        .orElseThrow();
  }

  private static List<String> copies(SimulatedDrives drives, SegmentLocation segment)
      throws IOException {
    List<String> holders = new ArrayList<>();
    for (Drive drive : drives.drives()) {
      if (drive.list("segments").stream().anyMatch(f -> f.name().equals(segment.fileName()))) {
        holders.add(drive.info().id());
      }
    }
    return holders;
  }

  @Test
  void whatAKeptRootNeedsStays() throws Exception {
    store.put("/f", new byte[] {1});
    store.seal();
    Root old = store.makeRun();
    store.put("/f", new byte[] {2});
    store.seal();
    store.makeRun();
    run();
    // The only kept root besides the head is the one that has the old content.
    store.commit(
        next ->
            next.kept(next.kept().stream().filter(kept -> kept.number() == old.number()).toList()));
    run();
    assertThat(Contents.bytes(store.drives(), old, "/f")).containsExactly(1);
    assertThat(Contents.bytes(store.drives(), store.refresh(), "/f")).containsExactly(2);
  }

  @Test
  void aReaderWhoseRootExpiresFinishesOrSaysSo() throws Exception {
    byte[] old = new byte[600_000];
    Arrays.fill(old, (byte) 7);
    store.put("/stays", new byte[] {1});
    store.seal();
    store.makeRun();
    store.put("/gone", old);
    store.seal();
    store.makeRun();
    run();
    Root root = store.refresh();
    try (StoreReader blind = StoreReader.open(store.drives(), root);
        StoreReader informed = StoreReader.open(store.drives(), root)) {
      FileState gone = informed.stat("/gone").orElseThrow();
      FileState stays = informed.stat("/stays").orElseThrow();
      store.put("/gone", new byte[] {2});
      store.seal();
      store.makeRun();
      assertThat(Contents.bytes(informed, gone)).isEqualTo(old);

      store.keepLast(1);
      run();
      store.keepLast(1);
      run();
      store.refresh();
      sweep();
      String expired = "root %d expired while it was read".formatted(root.number());
      assertThatThrownBy(() -> Contents.bytes(informed, gone))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(expired);
      assertThatThrownBy(() -> blind.stat("/stays"))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(expired);
      assertThatThrownBy(() -> blind.list("/", true).toList()).hasStackTraceContaining(expired);
      // Its bytes moved into no other segment, so whoever knows where they are still gets them.
      assertThat(Contents.bytes(informed, stays)).containsExactly(1);
    }
  }

  @Test
  void expiryIsWorkWhenItFreesSomething() throws Exception {
    store.put("/f", new byte[600_000]);
    store.seal();
    store.makeRun();
    store.put("/f", new byte[] {1});
    store.seal();
    store.makeRun();
    run();
    run();
    run();
    store.refresh();
    Pruner pruner =
        new Pruner(
            new RootFiles(store.drives(), 3), new Retention(Duration.ofMinutes(10), 0, 0, 0));
    CompactionPlan quiet = plan(pruner);
    assertThat(quiet.hasWork()).as("%s", quiet).isFalse();

    store.pass(Duration.ofMinutes(11));
    store.commit(next -> {});
    CompactionPlan due = plan(pruner);
    assertThat(due.expiredRoots()).isEqualTo(store.head().kept().size());
    assertThat(due.deadSegments()).isPositive();
    assertThat(due.hasWork()).isTrue();
    store.commit(pruner.expiry());
    assertThat(run().freedBytes()).isGreaterThan(1_200_000);
  }

  private CompactionPlan plan(Pruner pruner) throws Exception {
    return CompactionPlan.of(
        store.drives(), store.head(), LocalCompaction.COPIES, pruner.expiry(), Abandonment.NONE);
  }

  private void sweep() throws Exception {
    store.pass(Duration.ofMinutes(10));
    store.commit(next -> {});
    Root raised = store.commit(Sweeper.raising(Duration.ofMinutes(2), 0));
    new Pruner(new RootFiles(store.drives(), 3), null).delete(raised);
    Sweeps.of(store.drives(), 3).delete(raised);
  }

  private int segments() throws Exception {
    return map().sealed().size();
  }

  private LocationMap map() throws Exception {
    return LocationMap.load(new MirroredFiles(store.drives()), store.refresh());
  }

  private Compaction.Outcome run() throws Exception {
    return LocalCompaction.run(store.drives(), store.log().handle(), store.clock(), ++seed);
  }
}
