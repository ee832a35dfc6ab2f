package io.basalt.storage;

import java.util.concurrent.ThreadFactory;

/** Threads that keep no process alive; what they do may be left at any point. */
public final class DaemonThreads {
  private DaemonThreads() {}

  /** Threads of this name. */
  public static ThreadFactory named(String name) {
    return task -> {
      Thread thread = new Thread(task, name);
      thread.setDaemon(true);
      return thread;
    };
  }
}
