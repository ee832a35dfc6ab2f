package io.basalt.compaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.flink.BatchOptions;
import io.basalt.storage.compact.Merged;
import io.basalt.storage.compact.Stretch;
import io.basalt.storage.leaf.LeafRef;
import io.basalt.storage.root.FileRef;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

  @Test
  void everyOperatorHasAUidAndTheWorkersAreParallel() throws Exception {
    StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.getExecutionEnvironment(CompactionJob.settings());
    CompactionTopology.build(environment, new BatchOptions("basalt.yaml", 3));
    StreamGraph graph = environment.getStreamGraph();
    assertThat(graph.getStreamNodes())
        .extracting(node -> node.getTransformationUID() + ":" + node.getParallelism())
        .contains("planner:1", "worker:3", "committer:1")
        .noneMatch(each -> each.startsWith("null"));
    assertThat(graph.getJobGraph().getNumberOfVertices()).isPositive();
  }

  @Test
  void messagesKeepEveryField() throws Exception {
    Stretch whole = new Stretch("", Optional.empty(), List.of());
    Stretch part = new Stretch("/a", Optional.of("/𝄞"), List.of(LEAF, LEAF));
    DataOutputSerializer out = new DataOutputSerializer(100);
    List<MergeTask> tasks =
        List.of(
            new MergeTask("7-00000000000000aa", 1L << 40, 2, Optional.of(whole)),
            new MergeTask("7-00000000000000aa", 5, 1, Optional.of(part)),
            new MergeTask("7-00000000000000aa", 5, 1, Optional.empty()));
    List<MergeResult> results =
        List.of(
            new MergeResult(
                "7-00000000000000aa",
                5,
                2,
                Optional.of(new Merged(part, List.of(LEAF), Map.of("s-1", -5L, "s-2", 1L << 41)))),
            new MergeResult("7-00000000000000aa", 5, 1, Optional.empty()));
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
