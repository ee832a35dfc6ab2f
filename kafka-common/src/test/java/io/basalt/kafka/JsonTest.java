package io.basalt.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class JsonTest {
  private static final Acknowledgement ACK =
      new Acknowledgement(
          "basalt.writes",
          "id-1",
          3,
          1L << 53,
          7,
          "id-2",
          12,
          Instant.ofEpochMilli(1_700_000_000_123L));

  @Test
  void acknowledgementIsTheContractsJson() {
    assertThat(new String(ACK.toJson(), UTF_8))
        .isEqualTo(
            "{\"topic\":\"basalt.writes\",\"topicId\":\"id-1\",\"partition\":3,"
                + "\"next\":9007199254740992,\"rejects\":7,\"rejectsTopicId\":\"id-2\",\"root\":12,"
                + "\"at\":\"2023-11-14T22:13:20.123Z\"}");
    assertThat(ACK.key()).isEqualTo("basalt.writes-3".getBytes(UTF_8));
    assertThat(Acknowledgement.ofJson(ACK.toJson())).isEqualTo(ACK);
  }

  @Test
  void rejectIsTheContractsJson() {
    WriteRecord record = new WriteRecord(1, 9, 0, 0, "/ä".getBytes(UTF_8), null, List.of());
    Reject reject = Reject.of("basalt.writes", "id-1", record, "unknown op: \"x\"");

    assertThat(new String(reject.toJson(), UTF_8))
        .isEqualTo(
            "{\"topic\":\"basalt.writes\",\"topicId\":\"id-1\",\"partition\":1,\"offset\":9,"
                + "\"keyBase64\":\"L8Ok\",\"reason\":\"unknown op: \\\"x\\\"\"}");
    assertThat(Reject.ofJson(reject.toJson())).isEqualTo(reject);
  }

  @Test
  void rejectClipsTheKeyAndKnowsRecordsWithoutOne() {
    WriteRecord huge = new WriteRecord(1, 9, 0, 0, new byte[100_000], null, List.of());
    WriteRecord none = new WriteRecord(1, 9, 0, 0, null, null, List.of());

    assertThat(Reject.of("t", "i", huge, "r").keyBase64()).hasSize(5464);
    assertThat(Reject.of("t", "i", none, "r").keyBase64()).isEmpty();
  }

  @Test
  void namesWhatIsWrongWithADocument() {
    assertThatThrownBy(() -> Acknowledgement.ofJson("{".getBytes(UTF_8)))
        .hasMessage("acknowledgement is not JSON");
    assertThatThrownBy(() -> Acknowledgement.ofJson(null))
        .hasMessage("acknowledgement has no value");
    assertThatThrownBy(() -> Acknowledgement.ofJson("[]".getBytes(UTF_8)))
        .hasMessage("acknowledgement is not a JSON object");
    assertThatThrownBy(() -> Reject.ofJson("{\"topic\":1}".getBytes(UTF_8)))
        .hasMessage("field topic is not text");
    String noNext = new String(ACK.toJson(), UTF_8).replace("\"next\"", "\"nxt\"");
    assertThatThrownBy(() -> Acknowledgement.ofJson(noNext.getBytes(UTF_8)))
        .hasMessage("field next is not a whole number");
    String badAt = new String(ACK.toJson(), UTF_8).replace("2023-", "2023");
    assertThatThrownBy(() -> Acknowledgement.ofJson(badAt.getBytes(UTF_8)))
        .hasMessageStartingWith("field at is not an ISO-8601 time: ");
  }
}
