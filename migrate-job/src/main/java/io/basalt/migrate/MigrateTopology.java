package io.basalt.migrate;

import io.basalt.flink.BatchOptions;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/** planner (1) ──► workers (P) ──► committer (1), all at work at the same time. */
final class MigrateTopology {
  private MigrateTopology() {}

  /** Adds the operators; reads nothing and executes nothing. */
  static void build(StreamExecutionEnvironment environment, BatchOptions options) {
    environment
        .fromSequence(0, 0)
        .uid("start")
        .setParallelism(1)
        .process(new MigrationPlanner(options), StripeTaskSerializer.TYPE)
        .name("migration planner")
        .uid("planner")
        .setParallelism(1)
        .setMaxParallelism(1)
        .rebalance()
        .process(new StripeWorker(options), StripeResultSerializer.TYPE)
        .name("stripe worker")
        .uid("worker")
        .setParallelism(options.parallelism())
        .process(new MigrationCommitter(options), Types.VOID)
        .name("migration committer")
        .uid("committer")
        .setParallelism(1)
        .setMaxParallelism(1)
        .sinkTo(new DiscardingSink<>())
        .name("end")
        .uid("end")
        .setParallelism(1);
  }
}
