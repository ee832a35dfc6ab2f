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
import io.basalt.storage.root.Root.Tag;
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
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Which roots are kept, pins, tags, and the repair of the arbiter. */
class RootRulesTest {
  private static final Retention RETENTION = new Retention(Duration.ofMinutes(10), 60, 24, 7);

  @Test
  void thinsToOneRootASecondBesideTheNewest() {
    List<KeptRoot> kept = new ArrayList<>();
    for (int number = 1; number <= 5000; number++) {
      kept.add(new KeptRoot(number, number * 20L));
    }
    List<KeptRoot> thin = Thinning.thin(kept, Set.of(5L), 100_000, RETENTION);
    List<KeptRoot> newest = kept.subList(kept.size() - 64, kept.size());
    assertThat(thin).contains(kept.get(4)).containsAll(newest).hasSize(1 + 100 + 63);
    assertThat(thin.subList(0, 3)).isEqualTo(List.of(kept.get(0), kept.get(4), kept.get(49)));
    assertThat(Thinning.thin(thin, Set.of(5L), 100_000, RETENTION)).isEqualTo(thin);
  }

  @Test
  void ofTooManyThoseGoFirstThatThePolicyDoesNotAskFor() {
    List<KeptRoot> kept = everySecond(20_000);
    List<KeptRoot> thin = Thinning.thin(kept, Set.of(), 20_000_000, RETENTION);
    assertThat(thin)
        .hasSize(Thinning.AT_MOST)
        .containsAll(Thinning.expire(kept, Set.of(), 20_000_000, RETENTION));
  }

  @Test
  void staysSmallHoweverMuchIsToBeKept() {
    List<KeptRoot> kept = everySecond(5000);
    Retention all = new Retention(Duration.ofDays(365), 60, 24, 7);
    List<KeptRoot> thin = Thinning.thin(kept, Set.of(1L), 5_000_000, all);
    assertThat(thin).hasSize(Thinning.AT_MOST).contains(kept.get(0)).endsWith(kept.get(4999));
  }

  private static List<KeptRoot> everySecond(int roots) {
    return LongStream.rangeClosed(1, roots)
        .mapToObj(number -> new KeptRoot(number, number * 1000))
        .toList();
  }

  @Test
  void expiresAsTheRetentionSays() {
    List<KeptRoot> kept = new ArrayList<>();
    long now = Duration.ofDays(30).toMillis() + 123_456;
    long number = 1;
    for (long at = now - Duration.ofDays(10).toMillis(); at < now; at += 7_000) {
      kept.add(new KeptRoot(number++, at));
    }
    List<KeptRoot> stay = Thinning.expire(kept, Set.of(5L), now, RETENTION);

    assertThat(stay).contains(kept.get(4));
    assertThat(aged(stay, now, 0, 10)).isEqualTo(aged(kept, now, 0, 10));
    assertThat(aged(stay, now, 7 * 24 * 60, 30 * 24 * 60)).containsExactly(kept.get(4));
    requireOneOfEach(Duration.ofMinutes(1), aged(stay, now, 10, 60), aged(kept, now, 10, 60));
    requireOneOfEach(
        Duration.ofHours(1), aged(stay, now, 60, 24 * 60), aged(kept, now, 60, 24 * 60));
    requireOneOfEach(
        Duration.ofDays(1),
        aged(stay, now, 24 * 60, 7 * 24 * 60),
        aged(kept, now, 24 * 60, 7 * 24 * 60));
    assertThat(Thinning.expire(stay, Set.of(5L), now, RETENTION)).isEqualTo(stay);
  }

  /** Roots older than some minutes, up to others. */
  private static List<KeptRoot> aged(List<KeptRoot> roots, long now, long above, long upTo) {
    return roots.stream()
        .filter(root -> now - root.at() > above * 60_000 && now - root.at() <= upTo * 60_000)
        .toList();
  }

  private static void requireOneOfEach(Duration grain, List<KeptRoot> stay, List<KeptRoot> all) {
    assertThat(stay)
        .extracting(root -> root.at() / grain.toMillis())
        .doesNotHaveDuplicates()
        .containsExactlyElementsOf(
            all.stream().map(root -> root.at() / grain.toMillis()).distinct().toList());
  }

  @Test
  void aTagKeepsItsRootAndWhoeverCommitsFirstDecides() throws Exception {
    CommitWorld world = CommitWorld.create();
    RootCommitter stale = committer(world, world.arbiter(Steps.ALONE));
    RootCommitter committer = committer(world, world.arbiter(Steps.ALONE));
    Root first = committer.commit(next -> next.rejectsTopicId("first"));
    Root second = committer.commit(next -> next.rejectsTopicId("second"));
    assertThat(committer.commit(Tags.tag("before", first.number())).tags())
        .containsExactly(new Tag("before", first.number()));
    Root tagged = committer.commit(Tags.tag("before", first.number()));
    assertThat(tagged.tags()).hasSize(1);
    assertThatThrownBy(() -> committer.commit(Tags.tag("before", second.number())))
        .isInstanceOf(CommitConflictException.class)
        .hasMessage(
            "tag before stands for root %d: remove it first with basalt untag before"
                .formatted(first.number()));

    Retention nothing = new Retention(Duration.ZERO, 0, 0, 0);
    RootFiles files = new RootFiles(world.drives.driveSet(), 3);
    Pruner pruner = new Pruner(files, nothing);
    Clock later = Clock.fixed(Instant.now().plusSeconds(60), ZoneOffset.UTC);
    RootCommitter late = committer(world, world.arbiter(Steps.ALONE), later);
    late.commit(next -> {});
    Root expired = late.commit(pruner.expiry());
    assertThat(expired.kept())
        .extracting(KeptRoot::number)
        .containsExactly(first.number(), expired.number() - 1);
    assertThat(pruner.delete(expired)).isPositive();
    assertThat(files.open(Moment.root("before")).root()).isEqualTo(first);

    // The expiry was first, so the tag of a root that is gone is refused, and its pin too.
    assertThatThrownBy(() -> stale.commit(Tags.tag("late", second.number())))
        .isInstanceOf(CommitConflictException.class)
        .hasMessage(
            "root %d is not kept any more: choose one of basalt roots".formatted(second.number()));
    assertThatThrownBy(() -> files.open(new Moment.Numbered(second.number())))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is not kept");

    late.commit(Tags.untag("before"));
    assertThat(late.commit(pruner.expiry()).lists(first.number())).isFalse();
    assertThatThrownBy(() -> late.commit(Tags.untag("before")))
        .isInstanceOf(CommitConflictException.class)
        .hasMessage("there is no tag before: basalt roots lists the tags");
  }

  @Test
  void aPinHoldsItsRootThroughEveryExpiryUntilItEnds() throws Exception {
    CommitWorld world = CommitWorld.create();
    RootCommitter committer = committer(world, world.arbiter(Steps.ALONE));
    Root read = committer.commit(next -> next.rejectsTopicId("read"));
    Clock later = Clock.fixed(Instant.now().plusSeconds(60), ZoneOffset.UTC);
    Pins pins = new Pins(later);
    committer.commit(pins.pin("query", read.number()));
    RootCommitter late = committer(world, world.arbiter(Steps.ALONE), later);
    late.commit(next -> {});
    Pruner pruner =
        new Pruner(
            new RootFiles(world.drives.driveSet(), 3), new Retention(Duration.ZERO, 0, 0, 0));
    assertThat(late.commit(pruner.expiry()).lists(read.number())).isTrue();
    assertThat(late.commit(pruner.expiry().then(pins.release("query"))).lists(read.number()))
        .as("its pin ended after the expiry")
        .isTrue();
    assertThat(late.commit(pruner.expiry()).lists(read.number())).isFalse();
  }

  @Test
  void aStoreHasSoManyPinsOfLiveReadersAndNoMore() throws Exception {
    CommitWorld world = CommitWorld.create();
    RootCommitter committer = committer(world, world.arbiter(Steps.ALONE));
    Instant start = Instant.parse("2026-01-01T00:00:00Z");
    Pins pins = new Pins(Clock.fixed(start, ZoneOffset.UTC));
    long kept = committer.commit(next -> {}).number();
    for (int i = 0; i < Pins.AT_MOST; i++) {
      committer.commit(pins.pin("reader-" + i, kept));
    }
    assertThatThrownBy(() -> committer.commit(pins.pin("more", kept)))
        .isInstanceOf(CommitConflictException.class)
        .hasMessageContaining("128 long reads are at work");

    Instant later = start.plus(Pins.EXPIRY).plusSeconds(1);
    Pins afterwards = new Pins(Clock.fixed(later, ZoneOffset.UTC));
    assertThat(committer.commit(afterwards.pin("more", kept)).pins())
        .extracting(Root.Pin::id)
        .containsExactly("more");
  }

  @Test
  void aStoreHasSoManyTagsAndNoMore() throws Exception {
    CommitWorld world = CommitWorld.create();
    RootCommitter committer = committer(world, world.arbiter(Steps.ALONE));
    committer.commit(
        next -> {
          for (int i = 0; i < Tags.AT_MOST; i++) {
            Tags.tag("t" + i, 1).apply(next);
          }
        });
    assertThatThrownBy(() -> committer.commit(Tags.tag("more", 1)))
        .isInstanceOf(CommitConflictException.class)
        .hasMessageContaining("the store has 128 tags");
    assertThat(committer.commit(Tags.untag("t7")).tags()).hasSize(Tags.AT_MOST - 1);
    for (String name : List.of("", "7", "-a", "a b", "ü", "a".repeat(65))) {
      assertThatThrownBy(() -> Tags.tag(name, 1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageEndingWith("and not '" + name + "'");
    }
  }

  @Test
  void theTimeOfRootsNeverGoesBackThoughTheClockDoes() throws Exception {
    CommitWorld world = CommitWorld.create();
    Instant noon = Instant.parse("2026-01-31T12:00:00Z");
    RootCommitter before =
        committer(world, world.arbiter(Steps.ALONE), Clock.fixed(noon, ZoneOffset.UTC));
    Root first = before.commit(next -> next.rejectsTopicId("noon"));
    Clock back = Clock.fixed(noon.minusSeconds(3600), ZoneOffset.UTC);
    RootCommitter after = committer(world, world.arbiter(Steps.ALONE), back);
    Root last = first;
    for (int i = 0; i < 100; i++) {
      last = after.commit(next -> next.rejectsTopicId("eleven"));
      assertThat(last.at()).isEqualTo(noon.toEpochMilli());
    }
    assertThat(new Moment.AsOf(noon).in(last)).isEqualTo(last.number());
    assertThatThrownBy(() -> new Moment.AsOf(noon.minusSeconds(1)).in(expired(after)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no root is kept from 2026-01-31T11:59:59Z");

    // All of one time: the newest stay, and the first of them.
    RootFiles files = new RootFiles(world.drives.driveSet(), 3);
    Root thinned = after.commit(new Pruner(files, RETENTION).thinning());
    assertThat(thinned.kept()).hasSize(Thinning.NEWEST + 1).contains(kept(first));
  }

  /** Drops the root that the store began with, whose time is that of the test. */
  private static Root expired(RootCommitter committer) throws Exception {
    return committer.commit(next -> next.kept(next.kept().subList(1, next.kept().size())));
  }

  private static KeptRoot kept(Root root) {
    return new KeptRoot(root.number(), root.at());
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
        .hasMessageContaining("pins or tags a root that it drops");
    assertThat(committer.commit(early.expire()).pins()).hasSize(1);
    assertThat(committer.commit(late.expire()).pins()).isEmpty();
    assertThatThrownBy(() -> committer.commit(late.renew("r")))
        .isInstanceOf(CommitConflictException.class)
        .hasMessageContaining("expired");
  }

  @Test
  void aPinThatWasSetWhileTheClockRanAheadExpiresAsAnyOther() throws Exception {
    CommitWorld world = CommitWorld.create();
    RootCommitter committer = committer(world, world.arbiter(Steps.ALONE));
    Instant right = Instant.ofEpochSecond(1_000);
    Instant ahead = right.plus(Duration.ofDays(3_650));
    committer.commit(new Pins(Clock.fixed(ahead, ZoneOffset.UTC)).pin("r", 1));
    Clock setRight = Clock.fixed(right, ZoneOffset.UTC);
    assertThat(committer.commit(new Pins(setRight).expire()).pins())
        .containsExactly(new Pin("r", 1, right.toEpochMilli()));
    Clock later = Clock.offset(setRight, Pins.EXPIRY.plusMillis(1));
    assertThat(committer.commit(new Pins(later).expire()).pins()).isEmpty();
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
    return committer(world, arbiter, Clock.systemUTC());
  }

  private static RootCommitter committer(CommitWorld world, Arbiter arbiter, Clock clock)
      throws Exception {
    RootFiles files = new RootFiles(world.drives.driveSet(), 3);
    Attempt attempt = Attempt.start(files.head(), new Random(arbiter.hashCode()));
    return RootCommitter.open(files, arbiter, attempt, clock);
  }
}
