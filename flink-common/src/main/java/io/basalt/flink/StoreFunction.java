package io.basalt.flink;

import java.io.IOException;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.streaming.api.functions.ProcessFunction;

/** A task of a batch job that works on the store; the store is open as long as the task is. */
public abstract class StoreFunction<I, O> extends ProcessFunction<I, O> {
  private static final long serialVersionUID = 1;

  private final BatchOptions options;
  private transient TaskStore store;

  protected StoreFunction(BatchOptions options) {
    this.options = options;
  }

  @Override
  public void open(OpenContext context) throws IOException {
    store = TaskStore.open(options);
  }

  protected final TaskStore store() {
    return store;
  }

  /** Closes the store; a task that holds more closes that first. */
  @Override
  public void close() throws IOException {
    if (store != null) {
      store.close();
    }
  }
}
