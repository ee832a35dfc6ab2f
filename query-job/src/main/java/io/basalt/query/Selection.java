package io.basalt.query;

import io.basalt.storage.tree.PathOrder;
import io.basalt.storage.tree.StorePath;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What a query reads, in the order of paths and without anything twice: single files, and
 * directories with all below them. A directory's text is a path without a slash at its end, or
 * {@code /}.
 */
record Selection(List<Item> items) {
  /** One file, or a directory. */
  record Item(String path, Kind kind) {
    boolean covers(Item other) {
      return kind == Kind.DIRECTORY
          && (path.equals("/") || other.path.equals(path) || other.path.startsWith(path + "/"));
    }
  }

  enum Kind {
    DIRECTORY,
    FILE
  }

  static Selection of(List<String> paths, List<String> prefixes) {
    List<Item> all = new ArrayList<>();
    prefixes.forEach(prefix -> all.add(new Item(directory(prefix), Kind.DIRECTORY)));
    paths.forEach(path -> all.add(new Item(StorePath.check(path), Kind.FILE)));
    all.sort(Comparator.comparing(Item::path, PathOrder.INSTANCE).thenComparing(Item::kind));
    List<Item> kept = new ArrayList<>();
    for (Item item : all) {
      boolean known = kept.stream().anyMatch(each -> each.covers(item) || each.equals(item));
      if (!known) {
        kept.add(item);
      }
    }
    return new Selection(kept);
  }

  private static String directory(String prefix) {
    String withSlash = StorePath.directory(prefix);
    return withSlash.equals("/") ? "/" : withSlash.substring(0, withSlash.length() - 1);
  }
}
