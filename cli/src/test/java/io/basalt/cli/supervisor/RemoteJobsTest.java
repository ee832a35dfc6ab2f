package io.basalt.cli.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RemoteJobsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "kafka-common-0.1.0-SNAPSHOT.jar",
        "flink-common-0.1.0-SNAPSHOT.jar",
        "ingest-job-0.1.0-SNAPSHOT.jar",
        "storage-0.1.0-SNAPSHOT.jar",
        "erasure-0.1.0-SNAPSHOT.jar",
        "kafka-clients-4.2.0.jar",
        "flink-connector-kafka-5.0.0-2.2.jar",
        "parquet-avro-1.18.1.jar",
      })
  void whatTheJobsNeedAndFlinkLacksBelongsIntoLib(String jar) {
    assertThat(RemoteJobs.belongsIntoLib(jar)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "flink-runtime-2.2.1.jar",
        "flink-core-2.2.1.jar",
        "kafka_2.13-4.2.0.jar",
        "kafka-server-common-4.2.0.jar",
        "scala-library-2.13.17.jar",
        "log4j-core-2.24.3.jar",
        "slf4j-api-2.0.17.jar",
      })
  void whatFlinkHasOrOnlyABrokerNeedsDoesNot(String jar) {
    assertThat(RemoteJobs.belongsIntoLib(jar)).isFalse();
  }
}
