package io.basalt.compaction;

import io.basalt.flink.BatchOptions;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/** planner (1) ──► workers (P) ──► committer (1), all at work at the same time. */
final class CompactionTopology {
  private CompactionTopology() {}

  /** Adds the operators; reads nothing and executes nothing. */
  static void build(StreamExecutionEnvironment environment, BatchOptions options) {
    environment
        .fromSequence(0, 0)
        .uid("start")
        .setParallelism(1)
        .process(new CompactionPlanner(options), MergeTaskSerializer.TYPE)
        .name("compaction planner")
        .uid("planner")
        .setParallelism(1)
        .setMaxParallelism(1)
        .rebalance()
        .process(new MergeWorker(options), MergeResultSerializer.TYPE)
        .name("merge worker")
        .uid("worker")
        .setParallelism(options.parallelism())
        .process(new CompactionCommitter(options), Types.VOID)
        .name("compaction committer")
        .uid("committer")
        .setParallelism(1)
        .setMaxParallelism(1)
        .sinkTo(new DiscardingSink<>())
        .name("end")
        .uid("end")
        .setParallelism(1);
  }
}
