package io.basalt.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.flink.FlinkSettings;
import io.basalt.kafka.Acceptance;
import io.basalt.storage.config.StoreConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.apache.flink.api.java.typeutils.runtime.kryo.KryoSerializer;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobgraph.JobVertex;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.streaming.api.graph.StreamNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IngestTopologyTest {
  static final StoreConfig.Kafka KAFKA =
      new StoreConfig.Kafka(
          "127.0.0.1:1", new StoreConfig.Topics("w", "a", "r", "c"), 4, Duration.ZERO, Map.of());

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void chainsSourceAndWriterAndKeepsTheCommitterApart(int parallelism) {
    StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.getExecutionEnvironment(FlinkSettings.streaming());
    IngestTopology.build(environment, KAFKA, new IngestOptions("f", Acceptance.NONE, parallelism));
    JobGraph graph = environment.getStreamGraph().getJobGraph();

    List<JobVertex> vertices =
        StreamSupport.stream(graph.getVertices().spliterator(), false)
            .sorted((a, b) -> Integer.compare(a.getInputs().size(), b.getInputs().size()))
            .toList();
    assertThat(vertices).hasSize(2);
    assertThat(vertices.get(0).getName()).contains("store source", "segment writer");
    assertThat(vertices.get(0).getParallelism()).isEqualTo(parallelism);
    assertThat(vertices.get(1).getName()).isEqualTo("committer");
    assertThat(vertices.get(1).getParallelism()).isEqualTo(1);
  }

  /** What would be lost by a change of a default, or of Flink's way to serialize. */
  @Test
  void namesEachOperatorFlushesEachBufferAndNeedsNoKryo() {
    StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.getExecutionEnvironment(FlinkSettings.streaming());
    IngestTopology.build(environment, KAFKA, new IngestOptions("f", Acceptance.NONE, 2));
    StreamGraph graph = environment.getStreamGraph();

    assertThat(graph.getStreamNodes())
        .hasSize(3)
        .allSatisfy(
            node -> {
              assertThat(node.getBufferTimeout()).isZero();
              assertThat(node.getTypeSerializersIn())
                  .noneMatch(serializer -> serializer instanceof KryoSerializer);
              assertThat(node.getTypeSerializerOut()).isNotInstanceOf(KryoSerializer.class);
            })
        .extracting(StreamNode::getTransformationUID)
        .containsExactlyInAnyOrder("source", "writer", "committer");
    assertThat(graph.getExecutionConfig().isObjectReuseEnabled()).isTrue();
    assertThat(graph.getExecutionConfig().getSerializerConfig().hasGenericTypesDisabled()).isTrue();
  }
}
