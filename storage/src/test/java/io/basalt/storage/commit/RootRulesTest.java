package io.basalt.storage.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.basalt.storage.commit.InMemoryArbiter.Log;
import io.basalt.storage.commit.Interleaving.Steps;
import io.basalt.storage.config.StoreConfig.Retention;
import io.basalt.storage.drive.Drive;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.Root.KeptRoot;
import io.basalt.storage.root.Root.Pin;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Thinning, pins and the repair of the arbiter. */
class RootRulesTest {
  private static final Retention RETENTION = new Retention(Duration.ofMinutes(10), 60, 24, 7);

  @Test
  void thinsByAge() {
    List<KeptRoot> kept = new ArrayList<>();
    long now = Duration.ofDays(30).toMillis();
    long number = 1;
    for (long at = now - Duration.ofDays(10).toMillis(); at < now; at += 30_000) {
      kept.add(new KeptRoot(number++, at));
    }
    for (int i = 0; i < 1000; i++) {
      kept.add(new KeptRoot(number++, now + i * 20L));
    }
    List<KeptRoot> thin = Thinning.thin(kept, Set.of(5L), now + 20_000, RETENTION);
    assertThat(thin).contains(kept.get(4)).containsAll(kept.subList(kept.size() - 64, kept.size()));
    assertThat(thin).hasSizeBetween(100, 300);
    assertThat(Thinning.thin(thin, Set.of(5L), now + 20_000, RETENTION)).isEqualTo(thin);
  }

  @Test
  void staysSmallHoweverMuchIsToBeKept() {
    List<KeptRoot> kept = new ArrayList<>();
    for (long number = 1; number <= 5000; number++) {
      kept.add(new KeptRoot(number, number * 1000));
    }
    Retention all = new Retention(Duration.ofDays(365), 60, 24, 7);
    List<KeptRoot> thin = Thinning.thin(kept, Set.of(1L), 5_000_000, all);
    assertThat(thin).hasSize(Thinning.AT_MOST).contains(kept.get(0)).endsWith(kept.get(4999));
  }

  @Test
  void pinsExpireAndKeepTheirRoot() throws Exception {
    CommitWorld world = CommitWorld.create();
    RootCommitter committer = committer(world, world.arbiter(Steps.ALONE));
    Pins early = new Pins(Clock.fixed(Instant.ofEpochSecond(1000), ZoneOffset.UTC));
    Pins late = new Pins(Clock.fixed(Instant.ofEpochSecond(2000), ZoneOffset.UTC));
    Root head = committer.commit(early.pin("r", 1));
    assertThat(head.pins()).containsExactly(new Pin("r", 1, 1_000_000));
    assertThatThrownBy(() -> committer.commit(early.pin("s", 99)))
        .isInstanceOf(CommitConflictException.class)
        .hasMessageContaining("root 99 is not kept");
    assertThatThrownBy(() -> committer.commit(next -> next.kept(List.of())))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("pins a root that it drops");
    assertThat(committer.commit(early.expire()).pins()).hasSize(1);
    assertThat(committer.commit(late.expire()).pins()).isEmpty();
    assertThatThrownBy(() -> committer.commit(late.renew("r")))
        .isInstanceOf(CommitConflictException.class)
        .hasMessageContaining("expired");
  }

  @Test
  void aStoreWhoseDrivesAreFullStillOpens() throws Exception {
    CommitWorld world = CommitWorld.create();
    Root head =
        committer(world, world.arbiter(Steps.ALONE)).commit(next -> next.rejectsTopicId("x"));
    for (Drive drive : world.drives.drives()) {
      world.drives.fill(drive.info().id());
    }
    assertThat(committer(world, world.arbiter(Steps.ALONE)).head()).isEqualTo(head);
  }

  @Test
  void aPinOutlivesTheSweepThatEndsItsAttempts() throws Exception {
    CommitWorld world = CommitWorld.create();
    RootCommitter committer = committer(world, world.arbiter(Steps.ALONE));
    Root old = committer.commit(next -> next.rejectsTopicId("old"));
    Change raising = next -> next.floor(next.base().number());
    goOn(world, raising);
    Clock clock = Clock.fixed(Instant.ofEpochSecond(1000), ZoneOffset.UTC);
    RootPin pin =
        RootPin.set(
            new RootFiles(world.drives.driveSet(), 3),
            world.arbiter(Steps.ALONE),
            old,
            clock,
            new Random(5));
    goOn(world, raising);
    assertThat(pin.renew().pins()).extracting(Pin::number).containsExactly(old.number());
    goOn(world, raising);
    assertThat(pin.release().pins()).isEmpty();
    assertThatThrownBy(pin::renew)
        .isInstanceOf(CommitConflictException.class)
        .hasMessageContaining("has expired");
  }

  private static void goOn(CommitWorld world, Change change) throws Exception {
    committer(world, world.arbiter(Steps.ALONE)).commit(change);
  }

  @Test
  void repairBindsTheStoreToANewTopic() throws Exception {
    CommitWorld world = CommitWorld.create();
    RootCommitter old = committer(world, world.arbiter(Steps.ALONE));
    old.commit(next -> next.rejectsTopicId("x"));
    Log fresh = new Log("cluster", "fresh");
    Root declared = repair(world, fresh, 3);
    assertThat(declared.number()).isEqualTo(3);
    RootCommitter anew = committer(world, fresh.handle());
    assertThat(anew.head()).isEqualTo(declared);
    Root next = anew.commit(change -> change.rejectsTopicId("y"));
    assertThat(committer(world, fresh.handle()).head()).isEqualTo(next);
    assertThatThrownBy(() -> old.commit(change -> change.rejectsTopicId("zombie")))
        .isInstanceOf(ArbiterException.class)
        .hasMessageContaining("two histories");
    assertThatThrownBy(() -> repair(world, fresh, 4))
        .cause()
        .isInstanceOf(ArbiterException.class)
        .hasMessageContaining("holds records");
  }

  @Test
  void ofSeveralRepairsOneIsRight() throws Exception {
    CommitWorld world = CommitWorld.create();
    committer(world, world.arbiter(Steps.ALONE)).commit(next -> next.rejectsTopicId("x"));
    Log fresh = new Log("cluster", "fresh");
    List<Root> declared = new ArrayList<>();
    Arbiter overtaken =
        CommitWorld.arbiter(
            touch -> {
              if (touch.changes() && declared.isEmpty()) {
                declared.add(repair(world, fresh, 5));
              }
            },
            fresh.handle());
    declared.add(
        ArbiterRepair.declare(
            world.drives.driveSet(), 3, overtaken, Clock.systemUTC(), new Random(6)));
    declared.add(repair(world, fresh, 7));
    assertThat(declared).hasSize(3).containsOnly(declared.get(0));
    assertThat(committer(world, fresh.handle()).head()).isEqualTo(declared.get(0));
  }

  private static Root repair(CommitWorld world, Log fresh, long seed) {
    try {
      return ArbiterRepair.declare(
          world.drives.driveSet(), 3, fresh.handle(), Clock.systemUTC(), new Random(seed));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (ArbiterException e) {
      throw new IllegalStateException(e);
    }
  }

  private static RootCommitter committer(CommitWorld world, Arbiter arbiter) throws Exception {
    RootFiles files = new RootFiles(world.drives.driveSet(), 3);
    Attempt attempt = Attempt.start(files.head(), new Random(arbiter.hashCode()));
    return RootCommitter.open(files, arbiter, attempt, Clock.systemUTC());
  }
}
