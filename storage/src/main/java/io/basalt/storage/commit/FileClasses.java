package io.basalt.storage.commit;

import io.basalt.storage.root.Root;
import java.util.Optional;
import java.util.Set;

/**
 * Tells what files are by a committed root. What it calls an orphan stays one, however old the root
 * is by then: {@link Succession} refuses whatever would refer to it.
 */
final class FileClasses {
  private static final Set<String> DIRECTORIES =
      Set.of(
          "segments",
          "stripes",
          "runs",
          "leaves",
          "branches",
          "copies",
          "usage",
          "maps",
          "roots",
          "tokens");

  private final Root committed;
  private final Set<String> needed;
  private final Set<String> moved;

  /**
   * @param needed names of all files that the root, and those that it keeps, refer to
   * @param moved mirrors of segments that stand in a stripe by now: they never go back, so they are
   *     dead though their owner may live
   */
  FileClasses(Root committed, Set<String> needed, Set<String> moved) {
    this.committed = committed;
    this.needed = needed;
    this.moved = moved;
  }

  FileClass of(String name) {
    if (!DIRECTORIES.contains(name.substring(0, Math.max(0, name.indexOf('/'))))) {
      return FileClass.FOREIGN;
    }
    long number = RootFiles.number(name);
    if (number >= 0) {
      boolean fact = number > committed.number() || committed.lists(number);
      return fact ? FileClass.LIVE : FileClass.ORPHAN;
    }
    if (moved.contains(name)) {
      return FileClass.ORPHAN;
    }
    if (needed.contains(name)) {
      return FileClass.LIVE;
    }
    Optional<Attempt> owner = Attempt.ofFile(name);
    if (owner.isEmpty()) {
      return FileClass.FOREIGN;
    }
    return Succession.hasEnded(committed, owner.get()) ? FileClass.ORPHAN : FileClass.PENDING;
  }
}
