package io.basalt.query;

import io.basalt.flink.JobArguments;
import io.basalt.storage.commit.Moment;
import io.basalt.storage.tree.StorePath;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Arguments of the query job.
 *
 * @param config path of basalt.yaml, the same on every TaskManager
 * @param paths files to read
 * @param prefixes directories to read with all that is below them; {@code /} is the whole store
 * @param target directory that this process shares with the TaskManagers, under the same path
 * @param moment the root to read
 * @param parallelism readers
 */
public record QueryOptions(
    String config,
    List<String> paths,
    List<String> prefixes,
    String target,
    Moment moment,
    int parallelism)
    implements Serializable {
  private static final long serialVersionUID = 1;
  private static final int DEFAULT_PARALLELISM = 2;

  public QueryOptions {
    paths = List.copyOf(paths);
    prefixes = List.copyOf(prefixes);
    if (paths.isEmpty() && prefixes.isEmpty()) {
      throw new IllegalArgumentException("nothing to read: give a --path or a --prefix");
    }
    if (parallelism < 1) {
      throw new IllegalArgumentException("parallelism " + parallelism);
    }
    paths.forEach(StorePath::check);
    prefixes.forEach(StorePath::directory);
  }

  /**
   * Parses the command line.
   *
   * @throws IllegalArgumentException in one sentence, naming the argument
   */
  public static QueryOptions parse(String[] arguments) {
    JobArguments parsed =
        JobArguments.parse(
            arguments,
            Set.of("config", "path", "prefix", "to", "root", "as-of", "parallelism"),
            Set.of());
    return new QueryOptions(
        absolute(parsed.path("config")),
        parsed.all("path"),
        parsed.all("prefix"),
        absolute(parsed.path("to")),
        moment(parsed),
        parsed.number("parallelism").orElse(DEFAULT_PARALLELISM));
  }

  private static String absolute(Path path) {
    return path.toAbsolutePath().normalize().toString();
  }

  private static Moment moment(JobArguments parsed) {
    Optional<Moment> root = parsed.value("root").map(Moment::root);
    Optional<Moment> asOf = parsed.value("as-of").map(Moment::asOf);
    if (root.isPresent() && asOf.isPresent()) {
      throw new IllegalArgumentException("give --root or --as-of, not both");
    }
    return root.or(() -> asOf).orElse(Moment.HEAD);
  }

  Path configFile() {
    return Path.of(config);
  }

  Path targetDirectory() {
    return Path.of(target);
  }
}
