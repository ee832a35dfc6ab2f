package io.basalt.cli.show;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SequenceWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Iterator;

/** An answer as one JSON document. */
public final class JsonText {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private JsonText() {}

  /** The same for an array of many elements, of which one is in memory at a time. */
  public static void array(Iterator<?> elements, PrintWriter out) throws IOException {
    SequenceWriter array =
        MAPPER
            .writerWithDefaultPrettyPrinter()
            .without(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
            .writeValuesAsArray(out);
    try (array) {
      while (elements.hasNext()) {
        array.write(elements.next());
      }
    }
    out.println();
  }

  public static String of(Object answer) {
    try {
      return MAPPER.writeValueAsString(answer);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("an answer has no JSON form: " + answer, e);
    }
  }
}
