package io.basalt.storage.compact;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.TestStore;
import io.basalt.storage.read.ListEntry;
import io.basalt.storage.read.StoreReader;
import io.basalt.storage.root.Root;
import io.basalt.storage.tree.Op;
import io.basalt.storage.tree.StorePath;
import io.basalt.storage.verify.Verifier;
import java.io.ByteArrayOutputStream;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Paths of every length and script, in tails, in runs and in leaves: found, listed in the order of
 * their bytes, and told apart.
 */
class PathsTest {
  /** The first and the last code point of every length in UTF-8, and beside the surrogates. */
  private static final int[] EDGES = {
    0x01, 0x2E, 0x30, 0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFFFD, 0xFFFF, 0x10000, 0x1F30B,
    0x10FFFF
  };

  /** A volcano, a family of four joined by three invisible characters, and a flag of two. */
  private static final List<String> EMOJI =
      List.of("🌋", "👨‍👩‍👧‍👦", "🇮🇸", "e\u0301", "\u00e9");

  private static final Comparator<String> BY_BYTES =
      (a, b) -> Arrays.compareUnsigned(a.getBytes(UTF_8), b.getBytes(UTF_8));

  @TempDir Path folder;

  private static NavigableSet<String> paths() {
    NavigableSet<String> paths = new TreeSet<>(BY_BYTES);
    List<String> names = new ArrayList<>(EMOJI);
    for (int edge : EDGES) {
      String one = Character.toString(edge);
      names.add("n" + one);
      for (int other : EDGES) {
        names.add("n" + one + Character.toString(other));
      }
    }
    for (String name : names) {
      paths.add("/" + name);
      paths.add("/" + name + "/" + name);
      paths.add("/a/" + name);
    }
    paths.add(longest("x"));
    paths.add(longest("ß"));
    paths.add(longest("熔"));
    paths.add(longest("🌋"));
    paths.add(longest("🌋").substring(0, 1801) + "/" + "🌋".repeat(100));
    paths.add(longest("d/"));
    return paths;
  }

  /** A path of as many bytes as there may be. */
  private static String longest(String unit) {
    int bytes = StorePath.MAX_BYTES - 1;
    String repeated = unit.repeat(bytes / unit.getBytes(UTF_8).length);
    String path = "/" + repeated + "y".repeat(bytes - repeated.getBytes(UTF_8).length);
    assertThat(path.getBytes(UTF_8)).hasSize(StorePath.MAX_BYTES);
    return path;
  }

  @Test
  void areFoundAndSortedInEveryLevel() throws Exception {
    NavigableSet<String> paths = paths();
    List<String> order = new ArrayList<>(paths);
    Collections.shuffle(order, new Random(3));
    try (TestStore store = TestStore.create(folder)) {
      for (String path : order) {
        store.put(path, path.getBytes(UTF_8));
      }
      store.commit();
      check(store.head(), store, paths);
      store.seal();
      store.makeRun();
      check(store.head(), store, paths);
      LocalCompaction.run(store.drives(), store.log().handle(), store.clock(), 1);
      check(store.refresh(), store, paths);

      // Every third goes, above leaves that are merged anew.
      for (int i = 0; i < order.size(); i += 3) {
        store.apply(order.get(i), Op.DELETE, 0, null, new byte[0]);
        paths.remove(order.get(i));
      }
      store.commit();
      check(store.head(), store, paths);
      LocalCompaction.run(store.drives(), store.log().handle(), store.clock(), 2);
      check(store.refresh(), store, paths);
      assertThat(new Verifier(store.drives()).verify().problems()).isEmpty();
    }
  }

  private static void check(Root root, TestStore store, NavigableSet<String> paths)
      throws Exception {
    try (StoreReader reader = StoreReader.open(store.drives(), root)) {
      assertThat(reader.list("/", true))
          .extracting(ListEntry::path)
          .containsExactlyElementsOf(paths);
      for (String path : paths) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        reader.read(reader.stat(path).orElseThrow(), Channels.newChannel(bytes));
        assertThat(bytes.toString(UTF_8)).isEqualTo(path);
      }
      assertThat(reader.list("/🌋", true))
          .extracting(ListEntry::path)
          .containsExactlyElementsOf(
              paths.stream()
                  .filter(path -> path.equals("/🌋") || path.startsWith("/🌋/"))
                  .toList());
      assertThat(reader.stat("/n\uD83C\uDF0C")).as("beside the volcano").isEmpty();
    }
  }
}
