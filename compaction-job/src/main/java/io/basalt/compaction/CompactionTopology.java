package io.basalt.compaction;

import io.basalt.flink.BatchOptions;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/**
 * planner (1) ──► merge workers (P) ──► committer (1) ──► rewrite workers (P) ──► rewrite committer
 * (1), in slots that they share.
 */
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
        .process(new CompactionCommitter(options), RewriteTaskSerializer.TYPE)
        .name("compaction committer")
        .uid("committer")
        .setParallelism(1)
        .setMaxParallelism(1)
        .rebalance()
        .process(new RewriteWorker(options), RewriteResultSerializer.TYPE)
        .name("rewrite worker")
        .uid("rewriter")
        .setParallelism(options.parallelism())
        .process(new RewriteCommitter(options), Types.VOID)
        .name("rewrite committer")
        .uid("rewrite-committer")
        .setParallelism(1)
        .setMaxParallelism(1)
        .sinkTo(new DiscardingSink<>())
        .name("end")
        .uid("end")
        .setParallelism(1);
  }
}
