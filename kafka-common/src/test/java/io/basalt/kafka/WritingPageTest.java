package io.basalt.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/writing.md, from which people write clients, says what this module does. */
class WritingPageTest {
  private static final Path PAGE = Path.of("..", "docs", "writing.md");
  private static final Pattern JSON = Pattern.compile("```json\n(.*?)```", Pattern.DOTALL);
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| (?:none, or )?`(?!op`)(\\w+)` \\| (.*?) \\|");
  private static final ObjectMapper MAPPER = new ObjectMapper();

  @Test
  void theRejectThatItShowsIsOne() throws IOException {
    byte[] shown = examples().get(0);
    JsonNode written = MAPPER.readTree(Reject.ofJson(shown).toJson());
    assertThat(MAPPER.readTree(shown)).isEqualTo(written);
  }

  @Test
  void theAcknowledgementThatItShowsIsOne() throws IOException {
    byte[] shown = examples().get(1);
    JsonNode written = MAPPER.readTree(Acknowledgement.ofJson(shown).toJson());
    assertThat(MAPPER.readTree(shown)).isEqualTo(written);
  }

  @Test
  void theOperationsThatItListsAreThoseThatAreAccepted() throws IOException {
    WriteRecordDecoder decoder = new WriteRecordDecoder(1, 1, 1 << 20, 1L << 40);
    Set<String> listed = new TreeSet<>();
    for (Matcher row = ROW.matcher(Files.readString(PAGE)); row.find(); ) {
      String op = row.group(1);
      listed.add(op);
      List<WriteRecord.Header> headers = new ArrayList<>();
      headers.add(WriteRecord.Header.of("op", op));
      for (WriteHeaders.Name name : WriteHeaders.Name.values()) {
        if (row.group(2).contains("`" + name.text + "`")) {
          headers.add(WriteRecord.Header.of(name.text, "1"));
        }
      }
      boolean takesBytes = Set.of("put", "write", "append").contains(op);
      byte[] value = takesBytes ? new byte[] {1} : null;
      byte[] key = "/file".getBytes(StandardCharsets.UTF_8);
      assertThat(decoder.decode(new WriteRecord(0, 7, 0, 0, key, value, headers)))
          .as(op)
          .isInstanceOf(Decoded.Accepted.class);
    }
    assertThat(listed)
        .containsExactlyInAnyOrder("put", "delete", "write", "append", "truncate", "publish");
  }

  private static List<byte[]> examples() throws IOException {
    return JSON.matcher(Files.readString(PAGE))
        .results()
        .map(match -> match.group(1).getBytes(StandardCharsets.UTF_8))
        .toList();
  }
}
