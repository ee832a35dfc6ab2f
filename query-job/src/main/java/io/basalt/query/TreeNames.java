package io.basalt.query;

import io.basalt.storage.tree.PathOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds the paths that a directory tree cannot hold. Must see all paths in their order: a file that
 * is also a directory comes before what is below it, with only few paths in between. Pure.
 */
final class TreeNames {
  private static final int MAX_NAME_BYTES = 255;

  /** Files seen that later paths may still lie below. */
  private final List<String> files = new ArrayList<>();

  /** Why the path cannot stand in a directory tree, in one sentence. */
  Optional<String> fault(String path) {
    files.removeIf(file -> !below(path, file) && PathOrder.INSTANCE.compare(path, file + "/") > 0);
    Optional<String> parent = files.stream().filter(file -> below(path, file)).findFirst();
    if (parent.isPresent()) {
      return Optional.of(
          parent.get() + " is a file, so a directory tree cannot hold " + path + " below it");
    }
    for (String name : path.split("/", -1)) {
      if (name.getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES) {
        return Optional.of(
            "a part of the path has more than %d bytes, the most that a directory tree holds: %s"
                .formatted(MAX_NAME_BYTES, path));
      }
    }
    files.add(path);
    return Optional.empty();
  }

  private static boolean below(String path, String file) {
    return path.length() > file.length()
        && path.startsWith(file)
        && path.charAt(file.length()) == '/';
  }
}
