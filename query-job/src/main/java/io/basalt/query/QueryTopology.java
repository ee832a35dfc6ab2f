package io.basalt.query;

import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/** planner (1) ──► readers (P) ──► report (1), all at work at the same time. */
final class QueryTopology {
  private QueryTopology() {}

  /** Adds the operators; reads nothing and executes nothing. */
  static void build(StreamExecutionEnvironment environment, QueryRequest request) {
    SingleOutputStreamOperator<FileRange> ranges =
        environment
            .fromSequence(0, 0)
            .uid("start")
            .setParallelism(1)
            .process(new RangePlanner(request), FileRangeSerializer.TYPE)
            .name("range planner")
            .uid("planner")
            .setParallelism(1)
            .setMaxParallelism(1);
    ranges
        .rebalance()
        .process(new RangeReader(request), RangeResultSerializer.TYPE)
        .name("range reader")
        .uid("reader")
        .setParallelism(request.options().parallelism())
        .union(ranges.getSideOutput(RangePlanner.REFUSED))
        .process(new FileReport(request.export()), Types.VOID)
        .name("report")
        .uid("report")
        .setParallelism(1)
        .setMaxParallelism(1)
        .sinkTo(new DiscardingSink<>())
        .name("end")
        .uid("end")
        .setParallelism(1);
  }
}
