package io.basalt.storage.verify;

import java.util.concurrent.Callable;

/** Runs a step when the verifier knows how much it will read, before it reads a segment. */
public final class AtLook implements Watcher {
  private final Callable<?> step;
  private final boolean each;
  private boolean done;

  private AtLook(Callable<?> step, boolean each) {
    this.step = step;
    this.each = each;
  }

  /** At the first look alone. */
  public static AtLook first(Callable<?> step) {
    return new AtLook(step, false);
  }

  /** At each of them. */
  public static AtLook each(Callable<?> step) {
    return new AtLook(step, true);
  }

  @Override
  public void expect(long bytes) {
    if (done && !each) {
      return;
    }
    done = true;
    try {
      step.call();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void read(long bytes, long files) {}
}
