package io.basalt.storage.commit;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.commit.InMemoryArbiter.Fault;
import io.basalt.storage.commit.Interleaving.Actor;
import io.basalt.storage.commit.Interleaving.Step;
import io.basalt.storage.commit.Interleaving.Steps;
import io.basalt.storage.commit.Interleaving.Switch;
import io.basalt.storage.commit.Interleaving.Touch;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Two committers, one of whose appends stays unanswered, a sweep with a prune, a reader, a root
 * drive that is lost, another that returns with an old head, and a log that is trimmed, under
 * schedules with a bounded number of switches. A switch preempts an actor or kills it; who is
 * preempted goes on when all others have ended, unless a further switch calls it: it is a zombie.
 *
 * <p>Covered by the default run: all schedules of one switch, some hundreds from each start, and a
 * sample of those of three. By the soak run, some minutes: each of one switch with ten second ones,
 * and samples of those of three and four. Schedules that differ only in the order of steps that
 * touch nothing in common count as one.
 */
class CommitInterleavingTest {
  private static final long SEED = 20_260_101;
  private static final int SECOND_SWITCHES = 10;

  /** How it begins: who goes first unless a switch says otherwise, and which drives are there. */
  enum Start {
    COMMITTERS_FIRST,
    SWEEP_FIRST,
    ONE_LOST_ONE_RETURNING;

    /** Indexes into all actors. */
    private List<Integer> order() {
      return switch (this) {
        case COMMITTERS_FIRST -> List.of(0, 1, 2, 3, 4, 5, 6, 7);
        case SWEEP_FIRST -> List.of(3, 4, 1, 2, 0, 5, 6, 7);
        case ONE_LOST_ONE_RETURNING -> List.of(1, 2, 3, 4, 5, 6, 7);
      };
    }
  }

  private CommitWorld world;
  private Start start;
  private int runs;

  @ParameterizedTest
  @EnumSource
  void everySwitch(Start start) throws Exception {
    this.start = start;
    explore(List.of(), 1);
    assertThat(runs).isGreaterThan(500);
  }

  @ParameterizedTest
  @EnumSource
  void someOfThree(Start start) throws Exception {
    this.start = start;
    sample(3, 100);
  }

  @ParameterizedTest
  @EnumSource
  @Tag("soak")
  void everySwitchWithSomeOthers(Start start) throws Exception {
    this.start = start;
    explore(List.of(), 2);
  }

  @ParameterizedTest
  @EnumSource
  @Tag("soak")
  void manyOfThreeAndFour(Start start) throws Exception {
    this.start = start;
    sample(3, 800);
    sample(4, 800);
  }

  /** All schedules that go on from this one with a switch more; of the second ones, a few. */
  private void explore(List<Switch> schedule, int depth) throws Exception {
    List<Step> trace = run(schedule);
    if (depth > 0) {
      List<Switch> further = further(schedule, trace);
      if (!schedule.isEmpty()) {
        Collections.shuffle(further, new Random(SEED + runs));
        further = further.subList(0, Math.min(SECOND_SWITCHES, further.size()));
      }
      for (Switch each : further) {
        List<Switch> longer = new ArrayList<>(schedule);
        longer.add(each);
        explore(longer, depth - 1);
      }
    }
  }

  private List<Switch> further(List<Switch> schedule, List<Step> trace) {
    List<Switch> further = new ArrayList<>();
    int from = schedule.isEmpty() ? 0 : schedule.get(schedule.size() - 1).step() + 1;
    for (int step = from; step < trace.size(); step++) {
      for (int actor = 0; actor < actors().size(); actor++) {
        boolean kill = actor == trace.get(step).actor();
        if (kill ? canDie(actor) && matters(trace, step) : !mayBeLater(trace, step)) {
          further.add(new Switch(step, actor, kill));
        }
      }
    }
    return further;
  }

  /** Committers and the sweep: the others leave nothing behind. */
  private boolean canDie(int actor) {
    int who = start.order().get(actor);
    return who >= 1 && who <= 3;
  }

  /** To die before a look is the same as to die after it. */
  private static boolean matters(List<Step> trace, int step) {
    return trace.get(step).touch().changes() || !goesOn(trace, step);
  }

  /**
   * Whether to preempt at a step is the same as to preempt after it: what it touches, none of the
   * others touches from then on.
   */
  private static boolean mayBeLater(List<Step> trace, int step) {
    Step preempted = trace.get(step);
    return goesOn(trace, step)
        && trace.subList(step, trace.size()).stream()
            .filter(other -> other.actor() != preempted.actor())
            .noneMatch(other -> other.touch().conflicts(preempted.touch()));
  }

  private static boolean goesOn(List<Step> trace, int step) {
    return step + 1 < trace.size() && trace.get(step + 1).actor() == trace.get(step).actor();
  }

  private void sample(int switches, int samples) throws Exception {
    for (int i = 0; i < samples; i++) {
      Random random = new Random(SEED + i);
      List<Switch> schedule = new ArrayList<>();
      List<Step> trace = run(schedule);
      int from = 0;
      while (schedule.size() < switches && from < trace.size()) {
        int step = from + random.nextInt(trace.size() - from);
        int actor = random.nextInt(actors().size());
        boolean kill = canDie(actor) && random.nextInt(4) == 0;
        schedule.add(new Switch(step, actor, kill));
        trace = run(schedule);
        from = step + 1;
      }
    }
  }

  private List<Step> run(List<Switch> schedule) throws Exception {
    runs++;
    world = CommitWorld.create();
    if (start == Start.ONE_LOST_ONE_RETURNING) {
      world.drives.unplug("scm-1");
    }
    world.commit(Steps.ALONE, Fault.NONE, "[first]");
    if (start == Start.ONE_LOST_ONE_RETURNING) {
      world.drives.unplug("scm-0");
    }
    List<Step> trace = Interleaving.run(actors(), schedule);
    try {
      world.check();
    } catch (Exception | AssertionError e) {
      throw new AssertionError("after schedule " + schedule, e);
    }
    return trace;
  }

  private List<Function<Steps, Actor>> actors() {
    List<Function<Steps, Actor>> all =
        List.of(
            steps -> () -> unplug(steps, "scm-0"),
            steps -> () -> world.commit(steps, Fault.APPEND_UNKNOWN, "[a1]", "[a2]"),
            steps -> () -> world.commit(steps, Fault.NONE, "[b]"),
            steps -> () -> world.cleanUp(steps),
            steps ->
                () -> {
                  world.read(steps);
                  world.read(steps);
                },
            steps -> () -> world.trim(steps),
            steps -> () -> plugIn(steps, "scm-1"),
            steps -> () -> plugIn(steps, "scm-0"));
    return start.order().stream().map(all::get).toList();
  }

  private void unplug(Steps steps, String drive) {
    steps.before(Touch.change(drive, ""));
    world.drives.unplug(drive);
  }

  private void plugIn(Steps steps, String drive) {
    steps.before(Touch.change(drive, ""));
    world.drives.plugIn(drive);
  }
}
