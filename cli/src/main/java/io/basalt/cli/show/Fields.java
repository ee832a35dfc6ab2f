package io.basalt.cli.show;

import java.util.LinkedHashMap;
import java.util.Map;

/** One thing's properties, a line each: the name, then the value. */
public final class Fields {
  private final Map<String, String> fields = new LinkedHashMap<>();

  public Fields add(String name, Object value) {
    fields.put(name, String.valueOf(value));
    return this;
  }

  @Override
  public String toString() {
    int width = fields.keySet().stream().mapToInt(String::length).max().orElse(0);
    StringBuilder text = new StringBuilder();
    fields.forEach(
        (name, value) ->
            text.append(name)
                .append(" ".repeat(width - name.length() + 2))
                .append(value)
                .append('\n'));
    return text.toString().stripTrailing();
  }
}
