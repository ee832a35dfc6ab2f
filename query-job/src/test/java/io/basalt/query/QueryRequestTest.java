package io.basalt.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.commit.Moment;
import java.util.List;
import org.junit.jupiter.api.Test;

class QueryRequestTest {
  private static final QueryOptions TWO_READERS =
      new QueryOptions("basalt.yaml", List.of("/f"), List.of(), "/to", Moment.HEAD, 2);

  @Test
  void aFileIsCutInAsFewRangesAsGiveAllReadersWork() {
    QueryRequest request = new QueryRequest(TWO_READERS, 1, new Export("/to", "q"), 100);
    assertThat(request.rangeBytes(0)).isEqualTo(100);
    assertThat(request.rangeBytes(199)).isEqualTo(100);
    assertThat(request.rangeBytes(1001)).isEqualTo(501);
    assertThat(request.rangeBytes(1_000_000)).as("extents in a message").isEqualTo(1600);
  }
}
