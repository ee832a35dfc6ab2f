package io.basalt.storage.commit;

import io.basalt.storage.commit.Interleaving.Actor;
import io.basalt.storage.commit.Interleaving.Switch;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Two committers, a sweep with a prune, a reader and a root drive that is lost and returns, under
 * all schedules with a bounded number of preemptions. A committer that is preempted until all
 * others have ended is a zombie; one that is killed is a crash.
 */
class CommitInterleavingTest {
  private static final int COMMITTERS_AND_CLEANER = 3;

  private CommitWorld world;

  @Test
  void everyPreemption() throws Exception {
    explore(List.of(), 1, false);
  }

  @Test
  void everyCrashOfOne() throws Exception {
    explore(List.of(), 1, true);
  }

  @Test
  @Tag("soak")
  void everyPairOfPreemptionsAndCrashes() throws Exception {
    explore(List.of(), 2, false);
    explore(List.of(), 2, true);
  }

  private void explore(List<Switch> schedule, int depth, boolean kills) throws Exception {
    List<Integer> trace = run(schedule);
    if (depth == 0) {
      return;
    }
    int from = schedule.isEmpty() ? 0 : schedule.get(schedule.size() - 1).step() + 1;
    for (int step = from; step < trace.size(); step++) {
      for (int actor = 0; actor <= COMMITTERS_AND_CLEANER + 1; actor++) {
        boolean kill = kills && actor == trace.get(step) && actor < COMMITTERS_AND_CLEANER;
        boolean preempt = actor != trace.get(step) && (!kills || depth > 1);
        if (kill || preempt) {
          List<Switch> longer = new ArrayList<>(schedule);
          longer.add(new Switch(step, actor, kill));
          explore(longer, depth - 1, kills);
        }
      }
    }
  }

  private List<Integer> run(List<Switch> schedule) throws Exception {
    world = CommitWorld.create();
    world.commit("[first]", () -> {});
    List<Integer> trace = Interleaving.run(actors(), schedule);
    try {
      world.check();
    } catch (Exception | AssertionError e) {
      throw new AssertionError("after schedule " + schedule, e);
    }
    return trace;
  }

  private List<Function<Runnable, Actor>> actors() {
    return Stream.<Function<Runnable, Actor>>of(
            step ->
                () -> {
                  world.commit("[a1]", step);
                  world.commit("[a2]", step);
                },
            step -> () -> world.commit("[b]", step),
            step -> () -> world.cleanUp(step),
            step ->
                () -> {
                  world.read(step);
                  world.read(step);
                },
            step ->
                () -> {
                  world.drives.unplug("scm-0");
                  step.run();
                  world.drives.plugIn("scm-0");
                })
        .toList();
  }
}
