package io.basalt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;

/** What a command left behind: its exit status and both of its outputs. */
public record Outcome(int status, String out, String err) {
  /** How answers write times, as a regular expression. */
  static final String TIME = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z";

  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** The same, after the command did what it was told. */
  public Outcome done() {
    assertThat(status).as("exit status; output: %s; errors: %s", out, err).isZero();
    return this;
  }

  /** The answer of a command with {@code --json}. */
  JsonNode json() {
    done();
    try {
      return MAPPER.readTree(out);
    } catch (JsonProcessingException e) {
      throw new AssertionError("not one JSON document: " + out, e);
    }
  }

  /** The names of a JSON object's fields, in order. */
  static List<String> names(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  /** The one plain line of a command that failed, without the name of the program. */
  String failure() {
    return sentence(1);
  }

  /** The one plain line about a command that was typed wrong. */
  String badUsage() {
    return sentence(2);
  }

  private String sentence(int expected) {
    assertThat(status).as("exit status; output: %s; errors: %s", out, err).isEqualTo(expected);
    assertThat(err.lines().filter(line -> !line.startsWith("waiting: ")))
        .as("lines of the error")
        .singleElement()
        .asString()
        .startsWith("basalt: ")
        .doesNotContain("Exception", "\tat ");
    return err.lines().reduce((first, last) -> last).orElseThrow().substring("basalt: ".length());
  }
}
