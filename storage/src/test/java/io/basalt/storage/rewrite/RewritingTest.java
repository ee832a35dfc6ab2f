package io.basalt.storage.rewrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.basalt.storage.Contents;
import io.basalt.storage.TestStore;
import io.basalt.storage.commit.CommitConflictException;
import io.basalt.storage.commit.InMemoryArbiter;
import io.basalt.storage.commit.Pins;
import io.basalt.storage.commit.RootFiles;
import io.basalt.storage.compact.CompactionStart;
import io.basalt.storage.compact.LocalCompaction;
import io.basalt.storage.config.Tier;
import io.basalt.storage.drive.Drive;
import io.basalt.storage.drive.Drive.StoredFile;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.drive.SimulatedDrives;
import io.basalt.storage.location.LocationMap;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.read.RootDiff;
import io.basalt.storage.read.StoreReader;
import io.basalt.storage.rewrite.RewritePlan.Sparse;
import io.basalt.storage.root.Place.StripePlace;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.Root.KeptRoot;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Stripe;
import io.basalt.storage.tree.Op;
import io.basalt.storage.verify.Verifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Live parts of sparse places are copied, every root reads as before, and the old places go. */
class RewritingTest {
  private static final int FILES = 24;
  private static final int FILE_BYTES = 60_000;

  @TempDir Path folder;
  private TestStore store;
  private final TreeMap<String, byte[]> model = new TreeMap<>();
  private final Map<Long, NavigableMap<String, byte[]>> models = new HashMap<>();
  private final Random random = new Random(17);
  private long seed;

  @BeforeEach
  void create() throws Exception {
    store = TestStore.create(folder, "1MiB", 3);
  }

  @AfterEach
  void verifyAndClose() {
    store.verifyAndClose();
  }

  @Test
  void aSparseSegmentOnMirrorsIsCopiedAndGoesOnceNoKeptRootNeedsIt() throws Exception {
    mostlyDead();
    Root old = store.refresh();
    List<String> sparse = sparse(Tier.SCM);
    assertThat(sparse).isNotEmpty();
    Rewriting.Outcome outcome = rewrite();
    assertThat(outcome.problems()).isEmpty();
    assertThat(outcome.copiedBytes()).isPositive();
    remember();
    checkAllRoots();
    // To be copied changes no file.
    try (StoreReader before = StoreReader.open(store.drives(), old);
        StoreReader after = StoreReader.open(store.drives(), store.refresh())) {
      assertThat(after.root().tree()).isNotEqualTo(before.root().tree());
      assertThat(new RootDiff(before, after).entries()).isEmpty();
    }
    assertThat(map().all()).extracting(SegmentLocation::segment).containsAll(sparse);

    // The new places hold nothing but live bytes, so that there is nothing to do again.
    assertThat(LocalRewriting.plan(store.drives(), store.head()).sparse()).isEmpty();
    compact();
    compact();
    assertThat(map().all()).extracting(SegmentLocation::segment).containsAll(sparse);
    assertThat(read(old, "/f00")).isEqualTo(models.get(old.number()).get("/f00"));
    forgetOldRoots();
    compact();
    assertThat(map().all())
        .extracting(SegmentLocation::segment)
        .doesNotContainAnyElementsOf(sparse);
    for (String segment : sparse) {
      assertThat(store.file("scm-0", "segments/" + segment)).doesNotExist();
      assertThat(store.file("scm-1", "segments/" + segment)).doesNotExist();
    }
    checkAllRoots();
  }

  @Test
  void aSparseStripeIsCopiedToANewOneAndGoesAsAWhole() throws Exception {
    writeAll();
    store.seal();
    store.makeRun();
    Stripe stripe = store.moveToStripe(store.sealed(), 2, 1);
    overwriteMost();
    compact();
    remember();
    assertThat(sparse(Tier.CAPACITY)).isNotEmpty();
    Rewriting.Outcome outcome = rewrite();
    assertThat(outcome.problems()).isEmpty();
    remember();
    checkAllRoots();
    List<Stripe> now = new ArrayList<>(map().stripes());
    assertThat(now).hasSize(2).contains(stripe);
    now.remove(stripe);
    assertThat(now.get(0).dataBytes()).isLessThan(stripe.dataBytes() / 2);
    assertThat(LocalRewriting.plan(store.drives(), store.head()).sparse()).isEmpty();

    compact();
    forgetOldRoots();
    compact();
    assertThat(map().stripes()).containsExactlyElementsOf(now);
    for (int strip = 0; strip < stripe.strips(); strip++) {
      assertThat(store.file(stripe.drives().get(strip), stripe.fileName(strip))).doesNotExist();
    }
    checkAllRoots();
  }

  /** Else migrate would take what is hot and leave what nobody has used for long. */
  @Test
  void aNewSegmentIsAsColdAsWhatWasCopiedToIt() throws Exception {
    mostlyDead();
    Set<String> before = names();
    long used = 1_600_000_000_000L;
    for (String segment : sparse(Tier.SCM)) {
      for (String drive : List.of("scm-0", "scm-1")) {
        store
            .drives()
            .call(
                drive,
                d -> {
                  d.markUsedBefore("segments/" + segment, used);
                  return null;
                });
      }
    }
    rewrite();
    Set<String> added = names();
    added.removeAll(before);
    assertThat(added).isNotEmpty();
    for (String drive : List.of("scm-0", "scm-1")) {
      List<StoredFile> files = store.drives().call(drive, d -> d.list("segments"));
      assertThat(files)
          .filteredOn(file -> added.contains(file.name()))
          .hasSameSizeAs(added)
          .allMatch(file -> file.usedMillis() == used);
    }
  }

  private Set<String> names() throws Exception {
    Set<String> names = new HashSet<>();
    map().sealed().forEach(segment -> names.add(segment.fileName()));
    return names;
  }

  @Test
  void whatIngestAndMigrateDoMeanwhileStays() throws Exception {
    mostlyDead();
    LocalRewriting rewriting = start();
    List<SegmentLocation> moving = store.sealed();
    Stripe stripe = store.moveToStripe(moving, 2, 1);
    List<Rewritten> done = rewriting.rewrite();
    assertThat(done).allMatch(each -> each.problems().isEmpty());
    put("/f00", 7_000);
    put("/new", 9_000);
    store.seal();
    store.makeRun();
    remember();
    rewriting.commit(done);
    store.refresh();
    remember();
    checkAllRoots();
    assertThat(map().find(moving.get(0).segment()).orElseThrow().place())
        .isInstanceOf(StripePlace.class);
    // The segments stand in a stripe now, and still go.
    compact();
    forgetOldRoots();
    compact();
    checkAllRoots();
    assertThat(map().stripes()).contains(stripe);
  }

  @Test
  void pendingPartsAreMovedAndPublishedLater() throws Exception {
    byte[] first = bytes(50_000);
    store.apply("/up", Op.UPLOAD, 0, "u", first);
    mostlyDead();
    assertThat(rewrite().problems()).isEmpty();
    try (StoreReader reader = StoreReader.open(store.drives(), store.refresh())) {
      String segment =
          reader.pendingUpload("/up", "u").orElseThrow().parts().get(0).shards().get(0).segment();
      assertThat(store.head().tails()).noneMatch(t -> t.location().segment().equals(segment));
      assertThat(map().find(segment).orElseThrow().fileName()).contains("-1-");
    }
    store.apply("/up", Op.PUBLISH, first.length, "u", new byte[0]);
    model.put("/up", first);
    store.commit();
    remember();
    checkAllRoots();
    compact();
    remember();
    checkAllRoots();
  }

  @Test
  void partsOfShardsAreCutOut() throws Exception {
    for (int i = 0; i < FILES; i++) {
      put(path(i), FILE_BYTES);
    }
    store.seal();
    store.makeRun();
    for (int i = 0; i < FILES; i++) {
      byte[] middle = bytes(50_000);
      store.write(path(i), 5_000, middle);
      byte[] whole = model.get(path(i)).clone();
      System.arraycopy(middle, 0, whole, 5_000, middle.length);
      model.put(path(i), whole);
    }
    store.seal();
    store.makeRun();
    compact();
    remember();
    assertThat(sparse(Tier.SCM)).isNotEmpty();
    Rewriting.Outcome outcome = rewrite();
    assertThat(outcome.copiedBytes()).isEqualTo(FILES * 10_000L);
    remember();
    checkAllRoots();
  }

  @Test
  void withoutRoomTheLeavesKeepTheirPlaces() throws Exception {
    store.close();
    SimulatedDrives drives = new SimulatedDrives(2, 1, 256 << 20);
    InMemoryArbiter.Log log = new InMemoryArbiter.Log("cluster", "topic");
    try (TestStore simulated = TestStore.create(folder, "1MiB", drives.driveSet(), log)) {
      store = simulated;
      mostlyDead();
    }
    long used = 0;
    for (Drive drive : drives.drives()) {
      used = drive.info().id().equals("scm-1") ? drive.usedBytes() : used;
    }
    drives.resize("scm-1", used + (200 << 10));
    DriveSet full = drives.driveSet();
    LocalRewriting rewriting = LocalRewriting.start(full, log.handle(), store.clock(), ++seed);
    Rewriting.Outcome outcome = rewriting.commit(rewriting.rewrite());
    assertThat(outcome.copiedBytes()).isZero();
    assertThat(outcome.problems()).anyMatch(why -> why.contains("no two SCM drives"));
    assertThat(Room.tiers(full, LocalRewriting.CODE, 1 << 20)).doesNotContain(Tier.SCM);

    drives.resize("scm-1", 256 << 20);
    DriveSet roomy = drives.driveSet();
    outcome = LocalRewriting.run(roomy, log.handle(), store.clock(), ++seed);
    assertThat(outcome.copiedBytes()).isPositive();
    assertThat(new Verifier(roomy).verify().problems()).isEmpty();
    store = TestStore.create(Files.createDirectories(folder.resolve("next")));
  }

  @Test
  void aSegmentThatWasATailIsLeftAlone() throws Exception {
    writeAll();
    store.commit();
    compact();
    store.seal();
    store.makeRun();
    // Its index says little of it, since most of what it holds came after the leaves.
    assertThat(LocalRewriting.plan(store.drives(), store.refresh()).sparse()).isEmpty();
  }

  @Test
  void aPinIsRenewedForAsLongAsItTakes() throws Exception {
    mostlyDead();
    LocalRewriting rewriting = start();
    for (int i = 0; i < 3; i++) {
      store.pass(Pins.EXPIRY.minusMinutes(1));
      store.commit(CompactionStart.renewal(store.clock()));
      store.commit(new Pins(store.clock()).expire());
    }
    assertThat(store.head().pins()).hasSize(1);
    assertThat(rewriting.commit(rewriting.rewrite()).copiedBytes()).isPositive();
    assertThat(store.refresh().pins()).isEmpty();
    remember();
    checkAllRoots();
  }

  @Test
  void aPassThatWasEndedCommitsNothing() throws Exception {
    mostlyDead();
    LocalRewriting zombie = start();
    List<Rewritten> done = zombie.rewrite();
    compact();
    assertThatThrownBy(() -> zombie.commit(done))
        .isInstanceOf(CommitConflictException.class)
        .hasMessageContaining("was ended by a later one");
    remember();
    checkAllRoots();
    assertThat(rewrite().copiedBytes()).isPositive();
    remember();
    checkAllRoots();
  }

  @Test
  void twoPassesInARowAndCompactionsBetweenKeepEveryRoot() throws Exception {
    for (int round = 0; round < 5; round++) {
      for (int i = 0; i < FILES; i++) {
        if (round == 0 || random.nextInt(3) > 0) {
          put(path(i), 1 + random.nextInt(FILE_BYTES));
        }
      }
      store.seal();
      store.makeRun();
      remember();
      if (round == 2) {
        store.moveToStripe(store.sealed(), 2, 1);
        remember();
      }
      compact();
      remember();
      assertThat(rewrite().problems()).isEmpty();
      remember();
      checkAllRoots();
    }
  }

  private static String path(int i) {
    return "/f%02d".formatted(i);
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private void put(String path, int length) throws Exception {
    byte[] content = bytes(length);
    store.put(path, content);
    model.put(path, content);
  }

  private void writeAll() throws Exception {
    for (int i = 0; i < FILES; i++) {
      put(path(i), FILE_BYTES);
    }
  }

  private void overwriteMost() throws Exception {
    for (int i = 0; i < FILES; i++) {
      if (i % 4 > 0) {
        put(path(i), FILE_BYTES);
      }
    }
    store.seal();
    store.makeRun();
  }

  /** Segments on mirrors of which a quarter is live, as the leaves know. */
  private void mostlyDead() throws Exception {
    writeAll();
    store.seal();
    store.makeRun();
    remember();
    overwriteMost();
    compact();
    remember();
  }

  private void remember() {
    models.put(store.head().number(), new TreeMap<>(model));
  }

  private LocalRewriting start() throws Exception {
    return LocalRewriting.start(store.drives(), store.log().handle(), store.clock(), ++seed);
  }

  private Rewriting.Outcome rewrite() throws Exception {
    LocalRewriting rewriting = start();
    Rewriting.Outcome outcome = rewriting.commit(rewriting.rewrite());
    store.refresh();
    return outcome;
  }

  private void compact() throws Exception {
    LocalCompaction.run(store.drives(), store.log().handle(), store.clock(), 1_000 + ++seed);
    store.refresh();
    remember();
  }

  private void forgetOldRoots() throws Exception {
    store.keepLast(1);
    remember();
  }

  private List<String> sparse(Tier tier) throws IOException {
    return LocalRewriting.plan(store.drives(), store.head()).sparse().stream()
        .filter(each -> each.tier() == tier)
        .map(Sparse::segments)
        .flatMap(List::stream)
        .toList();
  }

  private LocationMap map() throws Exception {
    return LocationMap.load(new MirroredFiles(store.drives()), store.refresh());
  }

  private void checkAllRoots() throws Exception {
    check(store.head());
    for (KeptRoot kept : store.head().kept()) {
      if (models.containsKey(kept.number())) {
        check(new RootFiles(store.drives(), 3).read(kept.number()));
      }
    }
  }

  private void check(Root root) throws IOException {
    for (Map.Entry<String, byte[]> file : models.get(root.number()).entrySet()) {
      assertThat(Arrays.equals(read(root, file.getKey()), file.getValue()))
          .as("%s at root %d", file.getKey(), root.number())
          .isTrue();
    }
  }

  private byte[] read(Root root, String path) throws IOException {
    try (StoreReader reader = StoreReader.open(store.drives(), root)) {
      return Contents.bytes(reader, reader.stat(path).orElseThrow());
    }
  }
}
