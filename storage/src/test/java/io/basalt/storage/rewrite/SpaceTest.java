package io.basalt.storage.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.Contents;
import io.basalt.storage.TestStore;
import io.basalt.storage.compact.LocalCompaction;
import io.basalt.storage.config.Tier;
import io.basalt.storage.drive.Drive.StoredFile;
import io.basalt.storage.drive.DriveInfo;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.read.StoreReader;
import io.basalt.storage.root.Place.StripePlace;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.tree.FileState;
import io.basalt.storage.verify.Verifier;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a store takes after its files were overwritten many times, on each tier. */
class SpaceTest {
  private static final int PIECE = 48 << 10;
  private static final int TIMES = 10;
  private static final Duration RETENTION = Duration.ofMinutes(1);

  @TempDir Path folder;
  private final Random random = new Random(5);
  private long seed;

  @Test
  void overwritingTenTimesTakesLittleMoreThanOnce() throws Exception {
    overwrite(6 << 20);
  }

  @Test
  @Tag("soak")
  void overwritingMuchTenTimesTakesLittleMoreThanOnce() throws Exception {
    overwrite(128 << 20);
  }

  /** Each round writes every piece of one file anew, in any order. */
  private void overwrite(int bytes) throws Exception {
    try (TestStore store = TestStore.create(folder, "1MiB", 3)) {
      byte[] model = new byte[bytes / PIECE * PIECE];
      Set<String> known = new HashSet<>();
      for (int round = 0; round < TIMES; round++) {
        for (int piece : pieces(model.length / PIECE)) {
          byte[] content = new byte[PIECE];
          random.nextBytes(content);
          store.write("/file", (long) piece * PIECE, content);
          System.arraycopy(content, 0, model, piece * PIECE, PIECE);
        }
        store.seal();
        store.makeRun();
        // Half of what this round wrote is cold by now.
        List<SegmentLocation> fresh =
            store.sealed().stream().filter(segment -> known.add(segment.segment())).toList();
        store.moveToStripe(fresh.subList(0, fresh.size() / 2), 2, 1);
        pass(store);
        // What compaction copied to mirrors is known too.
        store.sealed().forEach(segment -> known.add(segment.segment()));
      }
      for (int i = 0; i < 3; i++) {
        pass(store);
      }
      long cold = liveBytes(store, true);
      long hot = liveBytes(store, false);
      assertThat(hot + cold).isEqualTo(model.length);
      assertThat(cold).isPositive();
      assertThat(hot).isPositive();
      assertThat(storedBytes(store, Tier.SCM, "segments")).isLessThan(hot * 2 * 13 / 10);
      assertThat(storedBytes(store, Tier.CAPACITY, "stripes")).isLessThan(cold * 3 / 2 * 13 / 10);
      assertThat(read(store)).matches(found -> Arrays.equals(found, model));
      try (DriveSet drives = store.openDrives()) {
        assertThat(new Verifier(drives).verify().problems()).isEmpty();
      }
    }
  }

  private List<Integer> pieces(int count) {
    List<Integer> pieces = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      pieces.add(i);
    }
    Collections.shuffle(pieces, random);
    return pieces;
  }

  /** Merges, rewrites what is sparse, and forgets roots that are older than the retention. */
  private void pass(TestStore store) throws Exception {
    LocalCompaction.run(store.drives(), store.log().handle(), store.clock(), ++seed);
    LocalRewriting.run(store.drives(), store.log().handle(), store.clock(), 1_000 + ++seed);
    store.refresh();
    store.pass(RETENTION);
    store.commit(
        root ->
            root.kept(
                root.kept().stream()
                    .filter(kept -> kept.at() > store.clock().millis() - RETENTION.toMillis())
                    .toList()));
  }

  private static long liveBytes(TestStore store, boolean striped) throws Exception {
    try (StoreReader reader = StoreReader.open(store.drives(), store.head())) {
      FileState file = reader.stat("/file").orElseThrow();
      List<String> cold =
          store.allSealed().stream()
              .filter(segment -> segment.place() instanceof StripePlace)
              .map(SegmentLocation::segment)
              .toList();
      return file.extents().stream()
          .filter(extent -> cold.contains(extent.shard().segment()) == striped)
          .mapToLong(extent -> extent.take())
          .sum();
    }
  }

  /** But for the segments that the writer has open, which are empty and of fixed size. */
  private static long storedBytes(TestStore store, Tier tier, String directory) throws Exception {
    long bytes = 0;
    Set<String> open = store.openSegments();
    for (DriveInfo drive : store.drives().available(tier)) {
      for (StoredFile file : store.drives().call(drive.id(), d -> d.list(directory))) {
        bytes += open.contains(file.name()) ? 0 : file.length();
      }
    }
    return bytes;
  }

  private static byte[] read(TestStore store) throws Exception {
    try (StoreReader reader = StoreReader.open(store.drives(), store.head())) {
      return Contents.bytes(reader, reader.stat("/file").orElseThrow());
    }
  }
}
