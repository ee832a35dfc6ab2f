package io.basalt.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.flink.BatchOptions;
import io.basalt.flink.ValueSerializer;
import io.basalt.storage.migrate.MadeStripe;
import io.basalt.storage.migrate.MigratePlan.PlannedSegment;
import io.basalt.storage.migrate.MigratePlan.PlannedStripe;
import io.basalt.storage.migrate.MigratePlan.Why;
import io.basalt.storage.migrate.StripeShape;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.stripe.PackedSegment;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.streaming.api.graph.StreamNode;
import org.junit.jupiter.api.Test;

class MigrateTopologyTest {
  private static final SegmentLocation SEGMENT =
      new SegmentLocation("3-00000000000000aa-0-1", List.of("scm-0", "scm-1"), 1000, 600, 900);
  private static final StripeShape SHAPE =
      new StripeShape(2, 1, 65_536, List.of("c-0", "c-1", "c-2"));

  @Test
  void onePlannerManyWorkersOneCommitter() {
    StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.getExecutionEnvironment(MigrateJob.settings());
    MigrateTopology.build(environment, new BatchOptions("/none/basalt.yaml", 3));
    StreamGraph graph = environment.getStreamGraph();
    assertThat(graph.getStreamNodes())
        .extracting(StreamNode::getOperatorName)
        .anyMatch(name -> name.contains("migration planner"));
    for (StreamNode node : graph.getStreamNodes()) {
      assertThat(node.getParallelism())
          .as(node.getOperatorName())
          .isEqualTo(node.getOperatorName().contains("stripe worker") ? 3 : 1);
      assertThat(node.getTransformationUID()).as(node.getOperatorName()).isNotNull();
    }
    assertThat(graph.getJobGraph().getVertices()).hasSizeGreaterThanOrEqualTo(3);
  }

  @Test
  void messagesSurviveTheirSerializers() throws Exception {
    StripeTask task =
        new StripeTask(
            "3-00000000000000bb",
            7,
            new PlannedStripe(SHAPE, List.of(new PlannedSegment(SEGMENT, 12, Why.LOST_MIRROR))));
    assertThat(copy(StripeTaskSerializer.INSTANCE, task)).isEqualTo(task);
    StripeResult made =
        new StripeResult(
            task.run(),
            7,
            Optional.of(
                new MadeStripe(
                    SHAPE.stripe("3-00000000000000bb-0-0"),
                    List.of(new PackedSegment(SEGMENT, 12)),
                    700,
                    196_608)),
            "");
    assertThat(copy(StripeResultSerializer.INSTANCE, made)).isEqualTo(made);
    StripeResult failed = new StripeResult(task.run(), 7, Optional.empty(), "no room");
    assertThat(copy(StripeResultSerializer.INSTANCE, failed)).isEqualTo(failed);
  }

  private static <T> T copy(ValueSerializer<T> serializer, T value) throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(64);
    serializer.serialize(value, out);
    return serializer.deserialize(new DataInputDeserializer(out.getCopyOfBuffer()));
  }
}
