package io.basalt.flink;

import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.streaming.api.operators.StreamingRuntimeContext;

/** What a TaskManager is called in sentences: its address, as the cluster's others know it. */
public final class TaskManagerName {
  private TaskManagerName() {}

  /** Of the task that the context belongs to. */
  public static String of(RuntimeContext context) {
    return context instanceof StreamingRuntimeContext streaming
        ? streaming.getTaskManagerRuntimeInfo().getTaskManagerExternalAddress()
        : "of " + context.getTaskInfo().getTaskName();
  }
}
