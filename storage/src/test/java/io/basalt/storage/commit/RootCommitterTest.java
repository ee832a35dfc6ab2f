package io.basalt.storage.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.basalt.storage.commit.InMemoryArbiter.Fault;
import io.basalt.storage.commit.InMemoryArbiter.Log;
import io.basalt.storage.commit.Interleaving.Steps;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.config.StoreConfig.DriveConfig;
import io.basalt.storage.config.StoreConfigLoader;
import io.basalt.storage.drive.DriveInfo;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.drive.FileDrive;
import io.basalt.storage.location.LocationMapWriter;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.root.ArbiterPoint;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.Root.KeptRoot;
import io.basalt.storage.root.RootCodec;
import io.basalt.storage.root.SegmentLocation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RootCommitterTest {
  private static final Attempt FIRST = new Attempt(1, "00000000000000aa");
  private static final Attempt SECOND = new Attempt(1, "00000000000000bb");

  @TempDir Path dir;
  private final Log log = new Log("cluster", "topic");
  private final InMemoryArbiter arbiter = log.handle();
  private StoreConfig config;
  private DriveSet drives;

  @BeforeEach
  void create() throws Exception {
    Path file = Files.createDirectories(dir).resolve("basalt.yaml");
    Files.writeString(
        file,
        """
        store: test
        drives:
          - {id: scm-a, tier: scm, path: a, enclosure: a, size: 1GiB}
          - {id: scm-b, tier: scm, path: b, enclosure: b, size: 1GiB}
          - {id: capacity-c, tier: capacity, path: c, enclosure: c, size: 1GiB}
        kafka: {bootstrap: "127.0.0.1:9092"}
        """);
    config = StoreConfigLoader.load(file);
    DriveSet.initialise(config, "store-1");
    drives = drives("scm-a", "scm-b", "capacity-c");
    StoreInitializer.create(drives, config, Clock.systemUTC());
  }

  private DriveSet drives(String... ids) throws Exception {
    List<FileDrive> all = new ArrayList<>();
    for (DriveConfig drive : config.drives()) {
      if (List.of(ids).contains(drive.id())) {
        all.add(FileDrive.open(drive));
      }
    }
    return DriveSet.sequential("store-1", all, DriveSet.Options.DEFAULTS);
  }

  private RootCommitter open(Attempt attempt, Arbiter through) throws Exception {
    return RootCommitter.open(new RootFiles(drives, 3), through, attempt, Clock.systemUTC());
  }

  /** Marks a root with a text that tests can find again. */
  private static Change mark(String text) {
    return next -> next.rejectsTopicId(next.base().rejectsTopicId() + text);
  }

  @Test
  void commitsOneRootAfterAnother() throws Exception {
    RootCommitter committer = open(FIRST, arbiter);
    for (int i = 0; i < 5; i++) {
      committer.commit(mark("" + i));
    }
    Root head = new RootFiles(drives, 3).head();
    assertThat(head).isEqualTo(committer.head());
    assertThat(head.number()).isEqualTo(6);
    assertThat(head.rejectsTopicId()).isEqualTo("01234");
    assertThat(head.kept()).extracting(KeptRoot::number).containsExactly(1L, 2L, 3L, 4L, 5L);
    assertThat(head.arbiter())
        .isEqualTo(new ArbiterPoint("cluster", "topic", 3, "1-00000000000000aa-3"));
    assertThat(open(SECOND, log.handle()).head()).isEqualTo(head);
  }

  @Test
  void loserAppliesItsChangeToTheWinner() throws Exception {
    RootCommitter one = open(FIRST, arbiter);
    RootCommitter two = open(SECOND, log.handle());
    one.commit(mark("a"));
    Root won = two.commit(mark("b"));
    assertThat(won.number()).isEqualTo(3);
    assertThat(won.rejectsTopicId()).isEqualTo("ab");
    assertThat(log.records()).hasSize(3);
    assertThat(dir.resolve("a/roots/body-1-00000000000000bb-0")).doesNotExist();
  }

  @Test
  void finishesARootThatWasDecidedAndNeverLinked() throws Exception {
    RootCommitter one = open(FIRST, arbiter);
    arbiter.fail(Fault.APPEND_UNKNOWN);
    assertThatThrownBy(() -> one.commit(mark("a")))
        .isInstanceOf(CommitUnknownException.class)
        .hasMessageContaining("root 2");
    assertThat(open(SECOND, log.handle()).head().rejectsTopicId()).isEqualTo("a");
    assertThat(new RootFiles(drives, 3).head().number()).isEqualTo(2);
  }

  @Test
  void sameChangeAgainEndsAnUnknownOutcome() throws Exception {
    RootCommitter one = open(FIRST, arbiter);
    for (Fault fault : List.of(Fault.APPEND_UNKNOWN, Fault.APPEND_LOST, Fault.READ)) {
      long before = one.head().number();
      Change change = mark(fault.name());
      arbiter.fail(fault);
      assertThatThrownBy(() -> one.commit(change)).isInstanceOf(CommitUnknownException.class);
      assertThat(one.commit(change).number()).isEqualTo(before + 1);
      assertThat(one.head().rejectsTopicId())
          .endsWith(fault.name())
          .doesNotContain(fault + "" + fault);
    }
  }

  @Test
  void anotherChangeComesAfterAnUnknownOne() throws Exception {
    RootCommitter one = open(FIRST, arbiter);
    arbiter.fail(Fault.APPEND_UNKNOWN);
    assertThatThrownBy(() -> one.commit(mark("a"))).isInstanceOf(CommitUnknownException.class);
    assertThat(one.refresh().rejectsTopicId()).isEqualTo("a");
    assertThat(one.commit(mark("b")).rejectsTopicId()).isEqualTo("ab");
  }

  @Test
  void goesOnWithADriveLessAndMendsItWhenItReturns() throws Exception {
    DriveSet all = drives;
    drives = drives("scm-a", "scm-b");
    Root head = open(FIRST, arbiter).commit(mark("x"));
    assertThat(dir.resolve("c/" + RootFiles.fileName(2))).doesNotExist();
    drives = all;
    assertThat(open(SECOND, log.handle()).head()).isEqualTo(head);
    assertThat(dir.resolve("c/" + RootFiles.fileName(2))).exists();
  }

  @Test
  void otherDrivesTakeARootWhereTheFirstOnesAreFull() throws Exception {
    CommitWorld world = CommitWorld.create();
    world.drives.fill("scm-0");
    world.drives.fill("scm-1");
    RootFiles files = new RootFiles(world.drives.driveSet(), 3);
    RootCommitter committer =
        RootCommitter.open(files, world.arbiter(Steps.ALONE), FIRST, Clock.systemUTC());
    committer.commit(mark("a"));
    committer.commit(mark("b"));
    assertThat(files.newest().orElseThrow().on())
        .extracting(DriveInfo::id)
        .containsExactly("capacity-0", "capacity-1");
    Root again =
        RootCommitter.open(files, world.arbiter(Steps.ALONE), SECOND, Clock.systemUTC()).head();
    assertThat(again.rejectsTopicId()).isEqualTo("ab");
  }

  @Test
  void aRootThatFindsNoRoomIsTriedAgainAndLeavesNothingBehind() throws Exception {
    CommitWorld world = CommitWorld.create();
    List<String> all = world.drives.drives().stream().map(drive -> drive.info().id()).toList();
    RootFiles files = new RootFiles(world.drives.driveSet(), 3);
    RootCommitter committer =
        RootCommitter.open(files, world.arbiter(Steps.ALONE), FIRST, Clock.systemUTC());
    all.forEach(world.drives::fill);
    Change change = mark("a");
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> committer.commit(change))
          .isInstanceOf(RootsFullException.class)
          .hasMessageContaining("drives of 0 enclosures took it, 2 are needed");
    }
    world.drives.makeRoom("scm-0");
    assertThatThrownBy(() -> committer.commit(change))
        .isInstanceOf(RootsFullException.class)
        .hasMessageContaining("drives of 1 enclosures took it, 2 are needed");
    assertThat(committer.head().number()).isEqualTo(1);
    world.drives.makeRoom("capacity-1");
    assertThat(committer.commit(change).rejectsTopicId()).isEqualTo("a");
    assertThat(files.newest().orElseThrow().on())
        .extracting(DriveInfo::id)
        .containsExactly("scm-0", "capacity-1");
  }

  @Test
  void maintenanceLeavesAFloorOfTheReserveToRootsAndTheLocationMap() throws Exception {
    for (DriveInfo drive : drives.infos()) {
      long room = drives.space(drive.id()).freeForMaintenance();
      assertThat(room).isGreaterThan(drives.space(drive.id()).freeForData());
      drives.call(drive.id(), d -> d.create("runs/1-00000000000000aa-0", room)).close();
    }
    MirroredFiles files = new MirroredFiles(drives);
    assertThat(files.pickDrives(2, 1)).isEmpty();
    RootCommitter committer = open(FIRST, arbiter);
    LocationMapWriter.Written map =
        new LocationMapWriter(files, FIRST)
            .write(
                committer.head(),
                List.of(
                    new SegmentLocation(FIRST + "-0-0", List.of("scm-a", "scm-b"), 4096, 0, 4096)));
    assertThat(committer.commit(map::apply).locationMap()).hasSize(1);
  }

  @Test
  void oneEnclosureIsNotEnough() throws Exception {
    RootCommitter one = open(FIRST, arbiter);
    for (String gone : List.of("b", "c")) {
      Files.move(dir.resolve(gone + "/roots"), dir.resolve(gone + "/away"));
      Files.writeString(dir.resolve(gone + "/roots"), "in the way");
    }
    assertThatThrownBy(() -> one.commit(mark("x")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("2 are needed");
    assertThat(log.records()).isEmpty();
  }

  @Test
  void aReaderCompletesAHeadThatOneDriveHas() throws Exception {
    Root head = open(FIRST, arbiter).commit(mark("x"));
    for (String drive : List.of("b", "c")) {
      Files.delete(dir.resolve(drive + "/" + RootFiles.fileName(2)));
    }
    assertThat(new RootFiles(drives, 3).head()).isEqualTo(head);
    assertThat(new RootFiles(drives("scm-b", "capacity-c"), 3).head()).isEqualTo(head);
  }

  @Test
  void damagedCopyIsReplaced() throws Exception {
    Root head = open(FIRST, arbiter).commit(mark("x"));
    Path copy = dir.resolve("b/" + RootFiles.fileName(2));
    byte[] bytes = Files.readAllBytes(copy);
    bytes[bytes.length / 2] ^= 1;
    Files.write(copy, bytes);
    assertThat(open(SECOND, log.handle()).head()).isEqualTo(head);
    assertThat(RootCodec.decode(Files.readAllBytes(copy), "b", "copy")).isEqualTo(head);
  }

  @Test
  void stopsAtAnotherHistory() throws Exception {
    RootCommitter one = open(FIRST, arbiter);
    one.commit(mark("x"));
    one.commit(mark("y"));
    assertThatThrownBy(() -> open(SECOND, new Log("cluster", "other").handle()))
        .isInstanceOf(ArbiterException.class)
        .hasMessageContaining("made anew")
        .hasMessageContaining("repair-arbiter");
    assertThatThrownBy(() -> open(SECOND, new Log("else", "topic").handle()))
        .isInstanceOf(ArbiterException.class)
        .hasMessageContaining("Kafka cluster cluster and this is else");
    assertThatThrownBy(() -> open(SECOND, new Log("cluster", "topic").handle()))
        .isInstanceOf(ArbiterException.class)
        .hasMessageContaining("no record of root 2 at offset 0");
    log.cut(1);
    assertThatThrownBy(() -> open(SECOND, log.handle()))
        .isInstanceOf(ArbiterException.class)
        .hasMessageContaining("does not say that root 3");
    log.trim(1);
    assertThatThrownBy(() -> open(SECOND, log.handle()))
        .isInstanceOf(ArbiterException.class)
        .hasMessageContaining("begins at offset 1 and 0 is needed");
  }

  @Test
  void stopsAtADecidedRootWithoutABody() throws Exception {
    RootCommitter one = open(FIRST, arbiter);
    arbiter.fail(Fault.APPEND_UNKNOWN);
    assertThatThrownBy(() -> one.commit(mark("a"))).isInstanceOf(CommitUnknownException.class);
    new RootFiles(drives, 3).deleteBody("1-00000000000000aa-0");
    assertThatThrownBy(() -> open(SECOND, log.handle()))
        .isInstanceOf(ArbiterException.class)
        .hasMessageContaining("root 2 was decided at offset 0")
        .hasMessageContaining("on no drive that answers (missing: none)");
  }

  @Test
  void stopsWhereTheNameIsTakenByAnotherBody() throws Exception {
    RootCommitter one = open(FIRST, new Log("cluster", "x").handle());
    RootCommitter two = open(SECOND, new Log("cluster", "y").handle());
    one.commit(mark("a"));
    assertThatThrownBy(() -> two.commit(mark("b")))
        .isInstanceOf(ArbiterException.class)
        .hasMessageContaining("two histories");
  }

  @Test
  void anEndedAttemptCommitsNoMore() throws Exception {
    RootCommitter one = open(FIRST, arbiter);
    RootCommitter two = open(new Attempt(5, "00000000000000bb"), log.handle());
    two.commit(mark("a"));
    two.commit(next -> next.floor(2));
    assertThatThrownBy(() -> one.commit(mark("b")))
        .isInstanceOf(CommitConflictException.class)
        .hasMessageContaining("has ended (floor 2");
  }
}
