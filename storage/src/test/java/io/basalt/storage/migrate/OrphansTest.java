package io.basalt.storage.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.commit.CommitConflictException;
import io.basalt.storage.commit.FileClass;
import io.basalt.storage.commit.RootCommitter;
import io.basalt.storage.commit.Sweeper;
import io.basalt.storage.commit.Sweeper.Found;
import io.basalt.storage.compact.LocalCompaction;
import io.basalt.storage.compact.Merged;
import io.basalt.storage.compact.Sweeps;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.Root.KeptRoot;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Ingests, migrations and compactions that stop anywhere and wake up later, on drives that may
 * crash, while orphans are looked for and deleted, some of them long after the look. No deletion
 * takes a live file or one that its owner may still commit.
 */
class OrphansTest {
  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void nothingLiveOrPendingIsEverDeleted(long seed) throws Exception {
    new Run(seed).run(120);
  }

  @Test
  @Tag("soak")
  void nothingLiveOrPendingIsEverDeletedInManyRuns() throws Exception {
    for (long seed = 100; seed < 200; seed++) {
      new Run(seed).run(300);
    }
  }

  /** A step of something that another may have ended. */
  @FunctionalInterface
  private interface Step {
    void run() throws Exception;
  }

  /** A compaction between two of its steps. */
  private static final class Compacting {
    final LocalCompaction compaction;
    Optional<List<Merged>> merged = Optional.empty();

    Compacting(LocalCompaction compaction) {
      this.compaction = compaction;
    }
  }

  private static final class Run {
    private final long seed;
    private final Random random;
    private MigrateWorld world;
    private WorldIngest ingest;
    private final List<WorldIngest> sleeping = new ArrayList<>();
    private final List<SteppedMigration> migrations = new ArrayList<>();
    private final List<Compacting> compactions = new ArrayList<>();
    private List<Found> seen = List.of();
    private int deleted;

    Run(long seed) throws Exception {
      this.seed = seed;
      this.random = new Random(seed);
      world = MigrateWorld.create(4, 24 << 20, 6, 64 << 20);
      world.watermark(0.15);
      ingest = world.ingest();
    }

    void run(int steps) throws Exception {
      for (int step = 0; step < steps; step++) {
        switch (random.nextInt(14)) {
          case 0, 1, 2, 3 -> write();
          case 4 -> takeOver();
          case 5 -> wake(sleeping, WorldIngest::commit);
          case 6 -> tried(() -> migrations.add(new SteppedMigration(world)));
          case 7, 8 -> wake(migrations, SteppedMigration::step);
          case 9 -> compactions.add(start());
          case 10 -> wake(compactions, Run::step);
          case 11 -> forget();
          case 12 -> look();
          default -> delete();
        }
        if (random.nextInt(60) == 0) {
          crash();
        }
      }
      end();
    }

    /** Whoever was ended by another finds out, and is gone. */
    private <T> void wake(List<T> all, Waking<T> waking) throws Exception {
      if (all.isEmpty()) {
        return;
      }
      T one = all.get(random.nextInt(all.size()));
      if (!survived(() -> waking.step(one))) {
        all.remove(one);
      }
    }

    @FunctionalInterface
    private interface Waking<T> {
      void step(T one) throws Exception;
    }

    private static boolean tried(Step step) throws Exception {
      try {
        step.run();
        return true;
      } catch (CommitConflictException ended) {
        return false;
      }
    }

    /** Files of one that has ended may be gone when it wakes up. */
    private static boolean survived(Step step) throws Exception {
      try {
        return tried(step);
      } catch (IOException | ExecutionException gone) {
        return false;
      }
    }

    private void write() throws Exception {
      boolean alive =
          tried(
              () -> {
                for (int i = random.nextInt(12); i >= 0; i--) {
                  ingest.put("/f/%02d".formatted(random.nextInt(30)), random.nextInt(64 << 10));
                }
                if (random.nextBoolean()) {
                  ingest.commit();
                }
              });
      if (!alive) {
        ingest = world.ingest();
      }
    }

    private void takeOver() throws Exception {
      sleeping.add(ingest);
      ingest = world.ingest();
    }

    private Compacting start() throws Exception {
      return new Compacting(
          LocalCompaction.start(
              world.open(), world.log.handle(), Clock.systemUTC(), world.random().nextLong()));
    }

    private static void step(Compacting one) throws Exception {
      if (one.merged.isEmpty()) {
        one.merged = Optional.of(one.compaction.merge());
      } else {
        one.compaction.commit(one.merged.get());
      }
    }

    /** Drops most roots and ends all attempts that are not live. */
    private void forget() throws Exception {
      RootCommitter committer = world.committer(world.open());
      committer.commit(
          next -> {
            int from = Math.max(0, next.kept().size() - 1 - random.nextInt(5));
            Set<Long> stay = new HashSet<>(next.held());
            next.kept().subList(from, next.kept().size()).stream()
                .map(KeptRoot::number)
                .forEach(stay::add);
            Sweeper.raising(Duration.ZERO, 0).apply(next);
            next.kept(next.kept().stream().filter(kept -> stay.contains(kept.number())).toList());
          });
    }

    private void look() throws Exception {
      seen = orphans();
    }

    private List<Found> orphans() throws Exception {
      return files().stream().filter(found -> found.kind() == FileClass.ORPHAN).toList();
    }

    private List<Found> files() throws Exception {
      return Sweeps.of(world.open(), 3).files(world.head());
    }

    /** Deletes the orphans of now or of an earlier look. */
    private void delete() throws Exception {
      Set<String> before = needed();
      if (random.nextBoolean()) {
        seen = orphans();
      }
      deleted += Sweeps.of(world.open(), 3).delete(seen).files();
      assertThat(needed()).as("seed %d", seed).isEqualTo(before);
      world.check();
    }

    private Set<String> needed() throws Exception {
      return files().stream()
          .filter(found -> found.kind() == FileClass.LIVE || found.kind() == FileClass.PENDING)
          .map(found -> found.drive().id() + " " + found.file().name())
          .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Everything stops, and what was not forced may be lost. */
    private void crash() throws Exception {
      world = world.afterCrash(random.nextLong());
      sleeping.clear();
      migrations.clear();
      compactions.clear();
      ingest = world.ingest();
      world.check();
    }

    /** All wake up once more; then all have ended, and nothing but live files is left. */
    private void end() throws Exception {
      for (WorldIngest one : sleeping) {
        survived(one::commit);
      }
      for (SteppedMigration one : migrations) {
        survived(one::step);
      }
      for (Compacting one : compactions) {
        survived(() -> step(one));
      }
      world.check();
      RootCommitter committer = world.committer(world.open());
      committer.commit(next -> next.attempts(List.of()).pins(List.of()));
      forget();
      Root head = world.head();
      deleted += Sweeps.of(world.open(), 3).delete(head).files();
      // The last committer has not ended, and its body stands beside the root that it made.
      assertThat(files())
          .filteredOn(found -> found.kind() != FileClass.LIVE)
          .allMatch(found -> found.kind() == FileClass.PENDING)
          .allMatch(found -> found.file().name().startsWith("roots/body-"));
      assertThat(deleted).as("seed %d", seed).isPositive();
      world.check();
    }
  }
}
