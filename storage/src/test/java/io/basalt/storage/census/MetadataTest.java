package io.basalt.storage.census;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.TestStore;
import io.basalt.storage.config.Tier;
import io.basalt.storage.drive.Drive.StoredFile;
import io.basalt.storage.drive.DriveInfo;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.drive.FileDrive;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Stripe;
import io.basalt.storage.verify.Verifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetadataTest {
  @TempDir Path folder;

  @Test
  void countsEveryFileThatIsNoDataAndTheIndexBlocksWithin() throws Exception {
    try (TestStore store = TestStore.create(folder, "2MiB", 3)) {
      store.put("/a", new byte[600_000]);
      store.seal();
      store.makeRun();
      SegmentLocation striped = store.sealed().get(0);
      Stripe stripe = store.moveToStripe(List.of(striped), 2, 1);
      store.put("/b", new byte[300_000]);
      store.commit();

      Metadata metadata = Metadata.of(store.drives(), store.head());
      assertThat(metadata.files().get(Tier.SCM)).isEqualTo(otherThanData(store, Tier.SCM));
      assertThat(metadata.files().get(Tier.CAPACITY))
          .isEqualTo(otherThanData(store, Tier.CAPACITY));
      SegmentLocation tail = store.head().tails().get(0).location();
      long mirrors =
          store.head().tails().stream()
              .mapToLong(each -> 2 * (each.location().size() - each.location().indexStart()))
              .sum();
      assertThat(tail.indexStart()).isLessThan(tail.size());
      assertThat(metadata.indexBlocks().get(Tier.SCM)).isEqualTo(mirrors);
      assertThat(metadata.indexBlocks().get(Tier.CAPACITY))
          .isEqualTo((striped.size() - striped.indexStart()) * stripe.strips() / 2);
      long all = metadata.bytes(Tier.SCM) + metadata.bytes(Tier.CAPACITY);
      long used = metadata.used().get(Tier.SCM) + metadata.used().get(Tier.CAPACITY);
      assertThat(metadata.share()).isEqualTo((double) all / (used - all));
      assertThat(new Verifier(store.drives()).verify().problems()).isEmpty();
    }
  }

  private static long otherThanData(TestStore store, Tier tier) throws Exception {
    long bytes = 0;
    for (DriveInfo drive : store.drives().available(tier)) {
      bytes +=
          store.drives().call(drive.id(), each -> each.list("")).stream()
              .filter(file -> !file.name().startsWith("segments/"))
              .filter(file -> !file.name().startsWith("stripes/"))
              .mapToLong(StoredFile::length)
              .sum();
    }
    return bytes;
  }

  @Test
  void saysWhereTheTreeHasOutgrownTheReserve() throws Exception {
    try (TestStore store = TestStore.create(folder)) {
      store.put("/a", new byte[10]);
      store.commit();
      assertThat(Metadata.pastReserve(store.drives())).isEmpty();
      Path runs = Files.createDirectories(store.file("scm-1", "runs"));
      Files.write(runs.resolve("1-00000000000000aa-0.parquet"), new byte[20_000]);
      // The same drives with a reserve that is a 100,000th of them.
      List<FileDrive> drives = List.of(drive(store, "scm-0"), drive(store, "scm-1"));
      DriveSet.Options options = new DriveSet.Options(1e-5, Duration.ofMinutes(1));
      try (DriveSet small = DriveSet.sequential(TestStore.ID, drives, options)) {
        assertThat(Metadata.pastReserve(small))
            .singleElement()
            .asString()
            .startsWith("metadata on drive scm-1 takes 2")
            .endsWith(
                " bytes, more than its reserve of 10738:"
                    + " run basalt compact, shorten retention, or raise reserve");
      }
    }
  }

  private static FileDrive drive(TestStore store, String id) throws Exception {
    return FileDrive.open(
        store.config().drives().stream()
            .filter(drive -> drive.id().equals(id))
            .findFirst()
            .orElseThrow());
  }
}
