package io.basalt.compaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.flink.BatchOptions;
import io.basalt.storage.compact.Abandonment;
import io.basalt.storage.compact.Merged;
import io.basalt.storage.compact.Stretch;
import io.basalt.storage.compact.Usage.Mark;
import io.basalt.storage.leaf.LeafRef;
import io.basalt.storage.rewrite.RewritePlan;
import io.basalt.storage.rewrite.Rewritten;
import io.basalt.storage.root.FileRef;
import io.basalt.storage.root.PartitionOffset;
import io.basalt.storage.root.Place.StripePlace;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Stripe;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.junit.jupiter.api.Test;

class CompactionTopologyTest {
  private static final LeafRef LEAF =
      new LeafRef(
          "/a",
          "/" + "ä".repeat(2000),
          3,
          2,
          1,
          1L << 40,
          Optional.of(new FileRef("leaves/1-a", List.of("scm-0", "scm-1"), 9, -1)),
          Optional.empty(),
          Optional.of(new FileRef("leaves/1-b", List.of("scm-1", "scm-0"), 1L << 33, 1)));

  private static final Abandonment ABANDONMENT =
      new Abandonment(
          List.of(new PartitionOffset(2, 3, 1L << 40)),
          Optional.of(
              new Mark(
                  1L << 41,
                  List.of(new PartitionOffset(2, 3, 5)),
                  List.of(new PartitionOffset(2, 3, 6)))));

  @Test
  void everyOperatorHasAUidAndTheWorkersAreParallel() throws Exception {
    StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.getExecutionEnvironment(CompactionJob.settings());
    CompactionTopology.build(environment, new BatchOptions("basalt.yaml", 3));
    StreamGraph graph = environment.getStreamGraph();
    assertThat(graph.getStreamNodes())
        .extracting(node -> node.getTransformationUID() + ":" + node.getParallelism())
        .contains("planner:1", "worker:3", "committer:1", "rewriter:3", "rewrite-committer:1")
        .noneMatch(each -> each.startsWith("null"));
    assertThat(graph.getJobGraph().getNumberOfVertices()).isPositive();
  }

  @Test
  void messagesOfRewritingKeepEveryField() throws Exception {
    RewriteTask task =
        new RewriteTask(
            "7-00000000000000aa",
            1L << 40,
            2,
            new RewritePlan.Task(List.of(LEAF), Map.of("s-1", 1L << 41, "s-2", 0L), Set.of("s-3")));
    SegmentLocation mirrored =
        new SegmentLocation("s-4", List.of("scm-0", "scm-1"), 1L << 34, 5, 1L << 33);
    RewriteResult result =
        new RewriteResult(
            "7-00000000000000aa",
            1L << 40,
            2,
            new Rewritten(
                List.of(LEAF),
                List.of(LEAF, LEAF),
                List.of(mirrored, mirrored.movedTo(new StripePlace("t-1", 1L << 35))),
                List.of(new Stripe("t-1", 1, 1, 65_536, List.of("c-0", "c-1"))),
                Map.of("s-1", -5L),
                List.of("ü".repeat(50_000))));
    DataOutputSerializer out = new DataOutputSerializer(100);
    RewriteTaskSerializer.INSTANCE.serialize(task, out);
    RewriteResultSerializer.INSTANCE.serialize(result, out);
    DataInputDeserializer in = new DataInputDeserializer(out.getCopyOfBuffer());
    assertThat(RewriteTaskSerializer.INSTANCE.deserialize(in)).isEqualTo(task);
    assertThat(RewriteResultSerializer.INSTANCE.deserialize(in)).isEqualTo(result);
    assertThat(in.available()).isZero();
  }

  @Test
  void messagesKeepEveryField() throws Exception {
    Stretch whole = new Stretch("", Optional.empty(), List.of());
    Stretch part = new Stretch("/a", Optional.of("/𝄞"), List.of(LEAF, LEAF));
    DataOutputSerializer out = new DataOutputSerializer(100);
    List<MergeTask> tasks =
        List.of(
            new MergeTask("7-00000000000000aa", 1L << 40, 2, ABANDONMENT, Optional.of(whole)),
            new MergeTask("7-00000000000000aa", 5, 1, Abandonment.NONE, Optional.of(part)),
            new MergeTask("7-00000000000000aa", 5, 1, Abandonment.NONE, Optional.empty()));
    List<MergeResult> results =
        List.of(
            new MergeResult(
                "7-00000000000000aa",
                5,
                2,
                ABANDONMENT,
                Optional.of(new Merged(part, List.of(LEAF), Map.of("s-1", -5L, "s-2", 1L << 41)))),
            new MergeResult("7-00000000000000aa", 5, 1, Abandonment.NONE, Optional.empty()));
    for (MergeTask task : tasks) {
      MergeTaskSerializer.INSTANCE.serialize(task, out);
    }
    for (MergeResult result : results) {
      MergeResultSerializer.INSTANCE.serialize(result, out);
    }
    DataInputDeserializer in = new DataInputDeserializer(out.getCopyOfBuffer());
    for (MergeTask task : tasks) {
      assertThat(MergeTaskSerializer.INSTANCE.deserialize(in)).isEqualTo(task);
    }
    for (MergeResult result : results) {
      assertThat(MergeResultSerializer.INSTANCE.deserialize(in)).isEqualTo(result);
    }
    assertThat(in.available()).isZero();
  }
}
