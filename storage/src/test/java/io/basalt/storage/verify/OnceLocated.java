package io.basalt.storage.verify;

import java.util.concurrent.Callable;

/** Runs something when the verifier knows how much it will read, before it reads a segment. */
public record OnceLocated(Callable<?> step) implements Watcher {
  @Override
  public void expect(long bytes) {
    try {
      step.call();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void read(long bytes, long files) {}
}
