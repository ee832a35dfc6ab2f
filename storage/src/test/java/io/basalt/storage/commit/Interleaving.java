package io.basalt.storage.commit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.function.Function;

/**
 * Runs actors one step at a time, in an order that a schedule gives. An actor runs on until the
 * schedule preempts or kills it or it ends; then the first that has not ended goes on. All
 * schedules up to a number of preemptions are found by extending those with one less.
 */
final class Interleaving {
  /** What an actor does; it calls {@link #step} before everything that others may notice. */
  interface Actor {
    void run() throws Exception;
  }

  /**
   * At a step, counted over all actors: go on with another, or kill the one that is about to run.
   */
  record Switch(int step, int actor, boolean kill) {}

  /** Thrown into an actor that dies; an Error, so that nothing handles it. */
  static final class Killed extends Error {
    private static final long serialVersionUID = 1;
  }

  private final List<Thread> threads = new ArrayList<>();
  private final List<Semaphore> turns = new ArrayList<>();
  private final Semaphore main = new Semaphore(0);
  private final boolean[] ended;
  private final boolean[] killed;
  private final List<Integer> trace = new ArrayList<>();
  private volatile Throwable failure;
  private volatile int running;

  private Interleaving(int actors) {
    ended = new boolean[actors];
    killed = new boolean[actors];
  }

  /** Runs to the end and returns which actor ran at each step. */
  static List<Integer> run(List<Function<Runnable, Actor>> actors, List<Switch> schedule)
      throws Exception {
    return new Interleaving(actors.size()).go(actors, schedule);
  }

  private List<Integer> go(List<Function<Runnable, Actor>> actors, List<Switch> schedule)
      throws Exception {
    for (int i = 0; i < actors.size(); i++) {
      int index = i;
      turns.add(new Semaphore(0));
      Actor actor = actors.get(i).apply(() -> step(index));
      Thread thread = new Thread(() -> live(index, actor), "actor-" + i);
      thread.setDaemon(true);
      threads.add(thread);
      thread.start();
    }
    Map<Integer, Switch> switches = new TreeMap<>();
    schedule.forEach(each -> switches.put(each.step(), each));
    int current = 0;
    while (true) {
      Switch now = switches.get(trace.size());
      if (now != null && !ended[now.actor()]) {
        current = now.actor();
        killed[current] |= now.kill();
      }
      if (ended[current]) {
        current = first();
        if (current < 0) {
          break;
        }
      }
      trace.add(current);
      running = current;
      turns.get(current).release();
      main.acquire();
    }
    if (failure != null) {
      throw new AssertionError("under schedule " + schedule, failure);
    }
    return trace;
  }

  private int first() {
    for (int i = 0; i < ended.length; i++) {
      if (!ended[i]) {
        return i;
      }
    }
    return -1;
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
    } finally {
      ended[index] = true;
      main.release();
    }
  }

  private void step(int index) {
    if (running != index) {
      throw new IllegalStateException("actor " + index + " ran out of turn");
    }
    if (!killed[index]) {
      main.release();
      turns.get(index).acquireUninterruptibly();
    }
    if (killed[index]) {
      throw new Killed();
    }
  }
}
