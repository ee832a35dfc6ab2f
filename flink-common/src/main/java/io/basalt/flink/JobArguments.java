package io.basalt.flink;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Arguments of a job: {@code --name value}, repeated where a job allows it, and {@code --flag}. */
public final class JobArguments {
  private final Map<String, List<String>> values = new HashMap<>();

  private JobArguments() {}

  /**
   * Parses.
   *
   * @param valued names of the options with a value
   * @param flags names of the options without one
   * @throws IllegalArgumentException in one sentence, naming the argument
   */
  public static JobArguments parse(String[] arguments, Set<String> valued, Set<String> flags) {
    JobArguments parsed = new JobArguments();
    for (int i = 0; i < arguments.length; i++) {
      String name = arguments[i].startsWith("--") ? arguments[i].substring(2) : "";
      if (flags.contains(name)) {
        parsed.add(name, "");
      } else if (!valued.contains(name)) {
        throw new IllegalArgumentException("unknown argument: " + arguments[i]);
      } else if (i + 1 == arguments.length) {
        throw new IllegalArgumentException("argument --" + name + " needs a value");
      } else {
        parsed.add(name, arguments[++i]);
      }
    }
    return parsed;
  }

  private void add(String name, String value) {
    values.computeIfAbsent(name, n -> new ArrayList<>()).add(value);
  }

  public boolean has(String flag) {
    return values.containsKey(flag);
  }

  /** All values of a repeated option. */
  public List<String> all(String name) {
    return List.copyOf(values.getOrDefault(name, List.of()));
  }

  /** The value of an option that may be given once. */
  public Optional<String> value(String name) {
    List<String> all = all(name);
    if (all.size() > 1) {
      throw new IllegalArgumentException("argument --" + name + " is given twice");
    }
    return all.stream().findFirst();
  }

  public Path path(String name) {
    return Path.of(
        value(name)
            .orElseThrow(() -> new IllegalArgumentException("argument --" + name + " is missing")));
  }

  public OptionalInt number(String name) {
    Optional<String> text = value(name);
    if (text.isEmpty()) {
      return OptionalInt.empty();
    }
    try {
      return OptionalInt.of(Integer.parseInt(text.get()));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "argument --" + name + " is not a number: " + text.get(), e);
    }
  }
}
