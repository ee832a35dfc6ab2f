package io.basalt.storage.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.tree.ListedFile;
import io.basalt.storage.tree.PathOrder;
import io.basalt.storage.tree.PathRange;
import io.basalt.storage.tree.Version;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class ListingTest {
  private final TreeSet<String> paths = new TreeSet<>(PathOrder.INSTANCE);
  private int rows;

  private Iterator<ListedFile> files(PathRange range) {
    return paths.stream()
        .filter(range::contains)
        .peek(path -> rows++)
        .map(path -> new ListedFile(path, 0, 0, new Version(1, 0)))
        .iterator();
  }

  private List<String> children(String directory) throws Exception {
    List<String> found = new ArrayList<>();
    new Listing(this::files, directory, Listing.Depth.CHILDREN)
        .forEachRemaining(
            entry -> found.add(entry.path() + (entry instanceof ListEntry.Directory ? "/" : "")));
    return found;
  }

  /** The same from its definition. */
  private Collection<String> defined(String directory) {
    List<String> found = new ArrayList<>();
    for (String path : paths) {
      if (path.startsWith(directory)) {
        int slash = path.indexOf('/', directory.length());
        found.add(slash < 0 ? path : path.substring(0, slash + 1));
      }
    }
    return found.stream().distinct().toList();
  }

  @Test
  void passesOverDirectoriesOfManyFilesAndMissesNothingBesideThem() throws Exception {
    Random random = new Random(11);
    // Names that sort right before a slash, right after it, and after all of ASCII.
    List<String> names = List.of("a", "a-", "a.b", "a0", "a00", "b", "\uffee", "\ud83d\ude00");
    for (String name : names) {
      for (String below : List.of("", "/x", "/a/b", "/\ud83d\ude00")) {
        if (random.nextInt(4) > 0) {
          paths.add("/top/" + name + below);
        }
      }
      for (int i = random.nextInt(3) * 1_300; i > 0; i--) {
        paths.add("/top/" + name + "/many/" + i);
      }
    }
    paths.add("/top");
    paths.add("/top0");
    paths.add("/tap/x");
    for (String directory : List.of("/", "/top/", "/top/a/", "/top/b/", "/tap/", "/none/")) {
      assertThat(children(directory)).containsExactlyElementsOf(defined(directory));
    }
  }

  @Test
  void readsFewRowsOfADirectoryOfAMillionFiles() throws Exception {
    for (int i = 0; i < 1_000_000; i++) {
      paths.add("/large/" + i % 10 + "/" + i);
    }
    paths.add("/small/file");
    assertThat(children("/")).containsExactly("/large/", "/small/");
    assertThat(rows).isLessThan(1_100);
    rows = 0;
    assertThat(children("/large/")).hasSize(10);
    assertThat(rows).isLessThan(11_000);
  }
}
