package io.basalt.storage.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.basalt.storage.Contents;
import io.basalt.storage.TestStore;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Stripe;
import io.basalt.storage.segment.IndexBlock;
import io.basalt.storage.segment.SegmentReader;
import io.basalt.storage.tree.FileState;
import io.basalt.storage.verify.Problem;
import io.basalt.storage.verify.Verifier;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files whose segments moved into stripes. */
class StripedStoreTest {
  @TempDir Path folder;
  private TestStore store;
  private final Map<String, byte[]> files = new HashMap<>();
  private final Random random = new Random(6);

  @BeforeEach
  void fill() throws Exception {
    store = TestStore.create(folder, "2MiB", 6);
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < 14; i++) {
        put("/r%d/f%d".formatted(round, i), random.nextInt(i == 0 ? 1_500_000 : 120_000));
      }
      store.seal();
      store.makeRun();
    }
    put("/tail", 5000);
    store.commit();
  }

  private void put(String path, int length) throws Exception {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    files.put(path, bytes);
    store.put(path, bytes);
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void filesReadTheSameFromStripesWithAnyTwoDrivesMissing() throws Exception {
    store.moveToStripe(store.sealed(), 4, 2);
    assertThat(store.sealed()).isEmpty();
    assertThat(verify()).isEmpty();
    for (int lost = 0; lost < 6; lost++) {
      move("capacity-" + lost, "away");
      assertAllFilesRead();
      for (int more = 0; more < lost; more++) {
        move("capacity-" + more, "away-too");
        assertAllFilesRead();
        move("away-too", "capacity-" + more);
      }
      move("away", "capacity-" + lost);
    }
  }

  /** A file that fills stripes; a bit of one source is wrong, so its column is, too. */
  @Test
  void aLargeFileIsReadByColumnsAndEveryByteIsChecked() throws Exception {
    byte[] large = new byte[5 << 20];
    random.nextBytes(large);
    files.put("/large", large);
    for (int at = 0; at < large.length; at += 300_000) {
      store.write(
          "/large", at, Arrays.copyOfRange(large, at, Math.min(large.length, at + 300_000)));
    }
    store.seal();
    store.makeRun();
    Stripe stripe = store.moveToStripe(store.sealed(), 4, 2);
    move("capacity-2", "away");
    try (DriveSet drives = store.openDrives();
        StoreReader reader = StoreReader.open(drives)) {
      assertFilesRead(reader);
      assertThat(drives.mismatches()).isEmpty();
      assertThat(reader.reconstructedBytes()).isPositive();
    }
    flip(stripe, 5, 4096 + stripe.stripBytes() / 2);
    flip(stripe, 0, 4096 + stripe.stripBytes() / 3);
    try (DriveSet drives = store.openDrives();
        StoreReader reader = StoreReader.open(drives)) {
      assertFilesRead(reader);
      assertThat(drives.mismatches()).isNotEmpty();
    }
  }

  @Test
  void stripesOfSeveralGeometriesLiveBesideMirrors() throws Exception {
    List<SegmentLocation> sealed = store.sealed();
    assertThat(sealed).hasSizeGreaterThan(3);
    store.moveToStripe(sealed.subList(0, 1), 4, 2);
    store.moveToStripe(sealed.subList(1, 2), 2, 1);
    store.moveToStripe(sealed.subList(2, 3), 1, 1);
    assertThat(verify()).isEmpty();
    assertAllFilesRead();
    move("capacity-0", "away");
    assertAllFilesRead();
  }

  @Test
  void aReaderFindsSegmentsThatMoveWhileItReads() throws Exception {
    try (DriveSet drives = store.openDrives();
        StoreReader reader = StoreReader.open(drives)) {
      List<SegmentLocation> sealed = store.sealed();
      assertFilesRead(reader);
      store.moveToStripe(sealed.subList(0, 2), 4, 2);
      assertFilesRead(reader);
      store.moveToStripe(sealed.subList(2, sealed.size()), 4, 2);
      assertFilesRead(reader);
    }
    assertThat(verify()).isEmpty();
  }

  @Test
  void indexBlocksAreReadFromStripes() throws Exception {
    List<SegmentLocation> sealed = store.sealed();
    Map<String, List<IndexBlock>> before = new HashMap<>();
    try (DriveSet drives = store.openDrives();
        SegmentReader reader = new SegmentReader(drives)) {
      for (SegmentLocation segment : sealed) {
        before.put(segment.segment(), reader.indexBlocks(segment));
      }
    }
    Stripe stripe = store.moveToStripe(sealed, 4, 2);
    flip(stripe, 1, 4096 + 10);
    move("capacity-2", "away");
    try (DriveSet drives = store.openDrives();
        SegmentReader reader = new SegmentReader(drives, id -> Optional.of(stripe))) {
      for (SegmentLocation segment : store.allSealed()) {
        assertThat(segment.mirrors()).isEmpty();
        assertThat(reader.indexBlocks(segment)).isEqualTo(before.get(segment.segment()));
      }
    }
  }

  @Test
  void aWrongBlockIsAnsweredByTheOtherStripsAndCounted() throws Exception {
    Stripe stripe = store.moveToStripe(store.sealed(), 4, 2);
    for (long at = 4096 + 100; at < 4096 + stripe.stripBytes(); at += 300_000) {
      flip(stripe, 2, at);
    }
    try (DriveSet drives = store.openDrives();
        StoreReader reader = StoreReader.open(drives)) {
      assertFilesRead(reader);
      assertThat(drives.mismatches()).containsOnlyKeys("capacity-2");
      assertThat(drives.reconstructed()).containsOnlyKeys("capacity-2");
    }
    assertThat(verify())
        .singleElement()
        .satisfies(problem -> assertThat(problem.kind()).isEqualTo(Problem.Kind.STRIPE));
  }

  @Test
  void withTooManyLostOtherFilesStayReadable() throws Exception {
    List<SegmentLocation> sealed = store.sealed();
    Stripe stripe = store.moveToStripe(sealed.subList(0, 2), 4, 2);
    for (int strip = 0; strip < 3; strip++) {
      Files.delete(store.file("capacity-" + strip, stripe.fileName(strip)));
    }
    int unreadable = 0;
    try (DriveSet drives = store.openDrives();
        StoreReader reader = StoreReader.open(drives)) {
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        FileState state = reader.stat(file.getKey()).orElseThrow();
        if (state.extents().stream()
            .noneMatch(e -> isIn(sealed.subList(0, 2), e.shard().segment()))) {
          assertThat(read(reader, state)).isEqualTo(file.getValue());
        } else {
          unreadable += countUnreadable(reader, state, file.getValue(), stripe);
        }
      }
    }
    assertThat(unreadable).isPositive();
  }

  private static boolean isIn(List<SegmentLocation> segments, String id) {
    return segments.stream().anyMatch(segment -> segment.segment().equals(id));
  }

  /** The file reads well, or the error names the stripe and the drives of the lost strips. */
  private static int countUnreadable(
      StoreReader reader, FileState state, byte[] bytes, Stripe stripe) {
    try {
      assertThat(read(reader, state)).isEqualTo(bytes);
      return 0;
    } catch (IOException e) {
      assertThat(e)
          .hasMessageContaining("stripe " + stripe.id())
          .hasMessageContaining("3 of its 4+2 strips are lost")
          .hasMessageContaining("strip 0 on drive capacity-0: its file is missing")
          .hasMessageContaining("capacity-1")
          .hasMessageContaining("capacity-2");
      return 1;
    }
  }

  @Test
  void whatIsInNoMapSaysThatItChanged() throws Exception {
    try (DriveSet drives = store.openDrives();
        SegmentReader reader = new SegmentReader(drives)) {
      Stripe stripe = store.moveToStripe(store.sealed().subList(0, 1), 4, 2);
      SegmentLocation moved =
          store.allSealed().stream().filter(s -> s.mirrors().isEmpty()).findFirst().orElseThrow();
      assertThatThrownBy(() -> reader.indexBlocks(moved))
          .isInstanceOf(IOException.class)
          .hasMessage("stripe %s is not in the location map", stripe.id());
    }
  }

  private void assertAllFilesRead() throws Exception {
    try (DriveSet drives = store.openDrives();
        StoreReader reader = StoreReader.open(drives)) {
      assertFilesRead(reader);
    }
  }

  private void assertFilesRead(StoreReader reader) throws Exception {
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      FileState state = reader.stat(file.getKey()).orElseThrow();
      assertThat(read(reader, state)).as(file.getKey()).isEqualTo(file.getValue());
      byte[] anyOrder = new byte[file.getValue().length];
      reader.readInAnyOrder(
          state, 0, state.size(), (bytes, at) -> bytes.get(anyOrder, (int) at, bytes.remaining()));
      assertThat(anyOrder).as(file.getKey()).isEqualTo(file.getValue());
    }
  }

  private static byte[] read(StoreReader reader, FileState state) throws IOException {
    return Contents.bytes(reader, state);
  }

  private List<Problem> verify() {
    try (DriveSet drives = store.openDrives()) {
      return new Verifier(drives, store.config().rootCopies()).verify().problems();
    }
  }

  private void move(String from, String to) throws IOException {
    Files.move(folder.resolve(from), folder.resolve(to));
  }

  private void flip(Stripe stripe, int strip, long position) throws IOException {
    Path path = store.file(stripe.drives().get(strip), stripe.fileName(strip));
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.seek(position);
      int old = file.read();
      file.seek(position);
      file.write(old ^ 2);
    }
  }
}
