package io.basalt.storage.commit;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.function.Function;

/**
 * Runs actors one step at a time, in an order that a schedule gives. An actor runs on until the
 * schedule preempts or kills it, it pauses or it ends; then the one goes on that waits the longest.
 * So one that is preempted and not called again is a zombie: it goes on when all others have ended.
 * All schedules up to a number of switches are found by extending those with one less.
 */
final class Interleaving {
  /** What an actor does; it says each step before everything that others may notice. */
  interface Actor {
    void run() throws Exception;
  }

  /** Told by an actor before a step. */
  @FunctionalInterface
  interface Steps {
    Steps ALONE = touch -> {};

    void before(Touch touch);
  }

  /**
   * What a step reads or changes: a name on a drive, all names with a prefix, a whole drive, or the
   * log. Steps that do not conflict may change places and nobody notices.
   */
  record Touch(String drive, String name, boolean changes) {
    static final Touch BEGIN = look("", "");

    /** A step that lets others go on until they have ended or pause too. */
    static final Touch PAUSE = look("", "pause");

    static Touch look(String drive, String name) {
      return new Touch(drive, name, false);
    }

    static Touch change(String drive, String name) {
      return new Touch(drive, name, true);
    }

    boolean conflicts(Touch other) {
      return (changes || other.changes)
          && drive.equals(other.drive)
          && (name.startsWith(other.name) || other.name.startsWith(name));
    }
  }

  /** Which actor ran, and what it touched. */
  record Step(int actor, Touch touch) {}

  /**
   * At a step, counted over all actors: go on with another, or kill the one that is about to run.
   */
  record Switch(int step, int actor, boolean kill) {}

  /** Thrown into an actor that dies; an Error, so that nothing handles it. */
  static final class Killed extends Error {
    private static final long serialVersionUID = 1;
  }

  private final Map<Integer, Switch> switches = new HashMap<>();
  private final List<Semaphore> turns = new ArrayList<>();
  private final Semaphore allEnded = new Semaphore(0);
  private final Deque<Integer> alive = new ArrayDeque<>();
  private final boolean[] killed;
  private final Touch[] next;
  private final List<Step> trace = new ArrayList<>();
  private Throwable failure;

  private Interleaving(int actors, List<Switch> schedule) {
    killed = new boolean[actors];
    next = new Touch[actors];
    Arrays.fill(next, Touch.BEGIN);
    schedule.forEach(each -> switches.put(each.step(), each));
  }

  /** Runs to the end and returns all steps. */
  static List<Step> run(List<Function<Steps, Actor>> actors, List<Switch> schedule)
      throws Exception {
    return new Interleaving(actors.size(), schedule).go(actors);
  }

  private List<Step> go(List<Function<Steps, Actor>> actors) throws Exception {
    for (int i = 0; i < actors.size(); i++) {
      int index = i;
      turns.add(new Semaphore(0));
      alive.add(i);
      Actor actor = actors.get(i).apply(touch -> step(index, touch));
      Thread thread = new Thread(() -> live(index, actor), "actor-" + i);
      thread.setDaemon(true);
      thread.start();
    }
    turns.get(choose(0)).release();
    allEnded.acquire();
    if (failure != null) {
      throw new AssertionError("under schedule " + switches.values(), failure);
    }
    return trace;
  }

  private void live(int index, Actor actor) {
    turns.get(index).acquireUninterruptibly();
    try {
      if (!killed[index]) {
        actor.run();
      }
    } catch (Killed dead) {
      // As a process that dies: what it left stays.
    } catch (Throwable e) {
      failure = e;
    }
    alive.remove(index);
    if (alive.isEmpty()) {
      allEnded.release();
    } else {
      turns.get(choose(alive.getFirst())).release();
    }
  }

  private void step(int index, Touch touch) {
    if (!killed[index]) {
      next[index] = touch;
      int chosen = choose(touch == Touch.PAUSE ? longestWaiting(index) : index);
      if (chosen != index) {
        alive.remove(index);
        alive.addLast(index);
        turns.get(chosen).release();
        turns.get(index).acquireUninterruptibly();
      }
    }
    if (killed[index]) {
      throw new Killed();
    }
  }

  private int longestWaiting(int running) {
    return alive.stream().filter(actor -> actor != running).findFirst().orElse(running);
  }

  /** Who runs next: the one given, unless the schedule has another. */
  private int choose(int given) {
    int chosen = given;
    Switch now = switches.get(trace.size());
    if (now != null && alive.contains(now.actor())) {
      chosen = now.actor();
      killed[chosen] |= now.kill();
    }
    trace.add(new Step(chosen, next[chosen]));
    return chosen;
  }
}
