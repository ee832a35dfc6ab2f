package io.basalt.storage.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.TestStore;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Stripe;
import io.basalt.storage.stripe.PackedSegment;
import io.basalt.storage.verify.Problem.Kind;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every kind of damage to a strip is found, with the drive that has it. */
class StripeVerifyTest {
  private static final int BLOCK = Stripe.BLOCK_BYTES;

  @TempDir Path folder;
  private TestStore store;
  private Stripe stripe;
  private Stripe other;

  @BeforeEach
  void fill() throws Exception {
    store = TestStore.create(folder, "2MiB", 6);
    Random random = new Random(9);
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < 12; i++) {
        byte[] bytes = new byte[random.nextInt(90_000)];
        random.nextBytes(bytes);
        store.put("/r" + round + "/f" + i, bytes);
      }
      store.seal();
      store.makeRun();
    }
    List<SegmentLocation> sealed = store.sealed();
    stripe = store.moveToStripe(sealed.subList(0, 2), 4, 2);
    other = store.moveToStripe(sealed.subList(2, 3), 3, 3);
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void soundStripesHaveNoProblems() {
    VerifyReport report = verify();
    assertThat(report.problems()).isEmpty();
    assertThat(report.checked()).containsEntry("stripes", 2L).containsEntry("strips", 12L);
  }

  /** What is done to the file of a strip, and what verify says of it. */
  enum Damage {
    MISSING("is missing"),
    EMPTY("expected a header"),
    CUT_BY_ONE_BYTE("expected a file of"),
    CUT_IN_THE_BLOCKS("expected a file of"),
    LONGER("expected a file of"),
    HEADER_FLIPPED("expected CRC32C"),
    HEADER_PADDING_FLIPPED("byte 4000: expected 00"),
    BLOCK_FLIPPED("1 of its blocks are wrong"),
    CHECKSUM_FLIPPED("of the checksums"),
    DIRECTORY_FLIPPED("expected CRC32C"),
    OF_ANOTHER_STRIPE("expected the header of strip"),
    OF_ANOTHER_STORE("of store store-2"),
    WRONG_AND_INTACT("is not the parity of the data");

    private final String sentence;

    Damage(String sentence) {
      this.sentence = sentence;
    }
  }

  @ParameterizedTest
  @EnumSource
  void namesKindDriveFileAndDamageOfAParityStrip(Damage damage) throws Exception {
    damage(damage, 5);
    assertFound(damage, 5);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "WRONG_AND_INTACT")
  void namesKindDriveFileAndDamageOfADataStrip(Damage damage) throws Exception {
    damage(damage, 1);
    assertFound(damage, 1);
  }

  private void damage(Damage damage, int strip) throws IOException {
    Path file = file(stripe, strip);
    long size = Files.size(file);
    switch (damage) {
      case MISSING -> Files.delete(file);
      case EMPTY -> setLength(file, 0);
      case CUT_BY_ONE_BYTE -> setLength(file, size - 1);
      case CUT_IN_THE_BLOCKS -> setLength(file, 4096 + BLOCK + 3);
      case LONGER -> setLength(file, size + 1);
      case HEADER_FLIPPED -> flip(file, 25);
      case HEADER_PADDING_FLIPPED -> flip(file, 4000);
      case BLOCK_FLIPPED -> flip(file, 4096 + stripe.stripBytes() - 1);
      case CHECKSUM_FLIPPED -> flip(file, 4096 + stripe.stripBytes() + 2);
      case DIRECTORY_FLIPPED -> flip(file, size - 3);
      case OF_ANOTHER_STRIPE -> swap(file, file(other, strip));
      case OF_ANOTHER_STORE -> ofAnotherStore(file);
      case WRONG_AND_INTACT -> wrongAndIntact(file);
    }
  }

  private void assertFound(Damage damage, int strip) {
    VerifyReport report = verify();
    assertThat(report.problems())
        .anySatisfy(
            problem -> {
              assertThat(problem.kind()).isEqualTo(Kind.STRIPE);
              assertThat(problem.drive()).isEqualTo("capacity-" + strip);
              assertThat(problem.file()).isEqualTo(stripe.fileName(strip));
              assertThat(problem.what()).contains(damage.sentence);
            });
    assertThat(report.problems()).extracting(Problem::drive).containsOnly("capacity-" + strip);
    assertThat(report.problems()).extracting(Problem::kind).containsOnly(Kind.STRIPE);
  }

  /** Another store's strip: the header is intact, and names another store of as long a name. */
  private static void ofAnotherStore(Path path) throws IOException {
    ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(path));
    byte[] found = new byte[TestStore.ID.length()];
    file.get(21, found);
    assertThat(new String(found, java.nio.charset.StandardCharsets.US_ASCII))
        .isEqualTo(TestStore.ID);
    file.put(21 + found.length - 1, (byte) '2');
    CRC32C crc = new CRC32C();
    crc.update(file.slice(8, 8));
    crc.update(file.slice(20, file.getInt(12)));
    file.putInt(16, (int) crc.getValue());
    Files.write(path, file.array());
  }

  /** Changes a byte of the first block and its checksum, so that the strip itself is sound. */
  private void wrongAndIntact(Path path) throws IOException {
    ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(path));
    file.put(4096 + 77, (byte) (file.get(4096 + 77) + 1));
    int table = (int) (4096 + stripe.stripBytes());
    file.putInt(table, crc32c(file.slice(4096, BLOCK)));
    int length = (int) (stripe.stripBytes() / BLOCK * 4);
    file.putInt(table + length, crc32c(file.slice(table, length)));
    Files.write(path, file.array());
  }

  private static int crc32c(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  @Test
  void aFlippedChecksumOfDataInAParityStripIsFound() throws IOException {
    long own = stripe.stripBytes() / BLOCK * 4 + 4;
    flip(file(stripe, 4), 4096 + stripe.stripBytes() + own + 1);
    assertThat(verify().problems())
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.kind()).isEqualTo(Kind.STRIPE);
              assertThat(problem.drive()).isEqualTo("capacity-4");
              assertThat(problem.what()).contains("of the checksums");
            });
  }

  @Test
  void moreLostThanParityReplacesIsAProblemOfTheSegmentsToo() throws IOException {
    for (int strip = 0; strip < 3; strip++) {
      Files.delete(file(stripe, strip));
    }
    VerifyReport report = verify();
    assertThat(report.problems())
        .filteredOn(problem -> problem.kind() == Kind.STRIPE)
        .extracting(Problem::drive)
        .containsExactlyInAnyOrder("capacity-0", "capacity-1", "capacity-2");
    assertThat(report.problems())
        .filteredOn(problem -> problem.kind() == Kind.SHARD)
        .isNotEmpty()
        .allSatisfy(
            problem -> assertThat(problem.what()).contains(stripe.id(), "3 of its 4+2 strips"));
  }

  @Test
  void stripsOnOneDriveAndSegmentsThatOverlapAreFound() throws Exception {
    List<SegmentLocation> sealed = store.sealed();
    Stripe shared =
        new Stripe(stripe.id() + "7", 1, 1, 20L * BLOCK, List.of("capacity-3", "capacity-3"));
    store.commitMoved(
        List.of(new PackedSegment(sealed.get(0), 0), new PackedSegment(sealed.get(1), 5)), shared);
    assertThat(verify().problems())
        .anySatisfy(
            problem -> {
              assertThat(problem.kind()).isEqualTo(Kind.STRIPE);
              assertThat(problem.drive()).isEqualTo("capacity-3,capacity-3");
              assertThat(problem.what()).contains("stand on one drive");
            })
        .anySatisfy(
            problem -> {
              assertThat(problem.kind()).isEqualTo(Kind.LOCATION_MAP);
              assertThat(problem.what())
                  .contains("segment " + sealed.get(1).segment() + " at bytes 5", "overlaps");
            });
  }

  @Test
  void stripsOfAnAttemptAreLeftoversAndOthersAProblem() throws IOException {
    long before = verify().checked().get("leftovers");
    Files.writeString(store.file("capacity-3", "stripes/1-0123456789abcdef-0-7-2"), "torn");
    Files.writeString(store.file("capacity-3", "stripes/stray"), "x");
    // A strip's twin on a drive that is not its own is nobody's either.
    Files.copy(file(stripe, 1), store.file("capacity-5", stripe.fileName(1)));
    VerifyReport report = verify();
    assertThat(report.problems())
        .containsExactly(
            new Problem(
                Kind.UNREFERENCED, "capacity-3", "stripes/stray", "is no file of this store"));
    assertThat(report.checked().get("leftovers")).isEqualTo(before + 2);
  }

  private VerifyReport verify() {
    try (DriveSet drives = store.openDrives()) {
      return new Verifier(drives, store.config().rootCopies()).verify();
    }
  }

  private Path file(Stripe of, int strip) {
    return store.file(of.drives().get(strip), of.fileName(strip));
  }

  private static void setLength(Path file, long length) throws IOException {
    try (RandomAccessFile opened = new RandomAccessFile(file.toFile(), "rw")) {
      opened.setLength(length);
    }
  }

  private static void flip(Path file, long position) throws IOException {
    try (RandomAccessFile opened = new RandomAccessFile(file.toFile(), "rw")) {
      opened.seek(position);
      int old = opened.read();
      opened.seek(position);
      opened.write(old ^ 0x10);
    }
  }

  private static void swap(Path one, Path two) throws IOException {
    Path aside = one.resolveSibling("aside");
    Files.move(one, aside, StandardCopyOption.ATOMIC_MOVE);
    Files.move(two, one);
    Files.move(aside, two);
  }
}
