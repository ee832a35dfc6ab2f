package io.basalt.storage.compact;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.Contents;
import io.basalt.storage.TestStore;
import io.basalt.storage.leaf.LeafLimits;
import io.basalt.storage.read.ListEntry;
import io.basalt.storage.read.StoreReader;
import io.basalt.storage.root.TreeTop;
import io.basalt.storage.tree.Extent;
import io.basalt.storage.tree.FileState;
import io.basalt.storage.verify.Verifier;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One directory of a million files, and one file of a million extents. */
@Tag("soak")
@Timeout(900)
class LargeTreeTest {
  private static final int MILLION = 1_000_000;
  private static final int COMMIT = 20_000;
  private static final int STRETCH_ROWS = 1 << 20;

  @TempDir Path folder;

  @Test
  void aDirectoryOfAMillionFiles() throws Exception {
    try (TestStore store = TestStore.create(folder, "16MiB")) {
      for (int i = 0; i < MILLION; i++) {
        store.put(path(scattered(i)), number(scattered(i)));
        if (i % COMMIT == COMMIT - 1) {
          store.commit();
        }
      }
      compact(store);
      TreeTop tree = store.refresh().tree().orElseThrow();
      assertThat(tree.files()).isEqualTo(MILLION);
      assertThat(tree.bytes()).isEqualTo(4L * MILLION);
      try (StoreReader reader = StoreReader.open(store.drives());
          Stream<ListEntry> listed = reader.list("/directory", false)) {
        int expected = 0;
        for (Iterator<ListEntry> each = listed.iterator(); each.hasNext(); expected++) {
          assertThat(each.next().path()).isEqualTo(path(expected));
        }
        assertThat(expected).isEqualTo(MILLION);
        for (int i = 0; i < MILLION; i += 99_991) {
          FileState file = reader.stat(path(i)).orElseThrow();
          assertThat(Contents.bytes(reader, file)).isEqualTo(number(i));
        }
        assertThat(reader.stat(path(MILLION))).isEmpty();
      }
      assertThat(new Verifier(store.drives()).verify().problems()).isEmpty();
    }
  }

  /** A permutation of the numbers below a million. */
  private static int scattered(int i) {
    return (int) (i * 7_919L % MILLION);
  }

  private static String path(int i) {
    return "/directory/file-%07d".formatted(i);
  }

  private static byte[] number(int i) {
    return ByteBuffer.allocate(4).putInt(i).array();
  }

  @Test
  void aFileOfAMillionExtents() throws Exception {
    try (TestStore store = TestStore.create(folder, "16MiB")) {
      for (int i = 0; i < MILLION; i++) {
        store.write("/sparse", 8L * scattered(i), number(scattered(i)));
        if (i % COMMIT == COMMIT - 1) {
          store.commit();
        }
      }
      store.put("/beside", new byte[] {1});
      compact(store);
      store.refresh();
      try (StoreReader reader = StoreReader.open(store.drives())) {
        FileState file = reader.stat("/sparse").orElseThrow();
        assertThat(file.size()).isEqualTo(8L * MILLION - 4);
        assertThat(file.extents()).hasSize(MILLION);
        assertThat(file.extents().get(MILLION / 2).start()).isEqualTo(8L * (MILLION / 2));
        assertThat(file.extents()).extracting(Extent::take).containsOnly(4);
        Numbers numbers = new Numbers();
        reader.read(file, Channels.newChannel(numbers));
        assertThat(numbers.seen).isEqualTo(8L * MILLION - 4);
        assertThat(reader.list("/", true)).hasSize(2);
      }
      assertThat(new Verifier(store.drives()).verify().problems()).isEmpty();
    }
  }

  /** Expects a number, then four zeros, and so on. */
  private static final class Numbers extends OutputStream {
    private long seen;

    @Override
    public void write(int value) {
      int at = (int) (seen % 8);
      byte expected = at < 4 ? number((int) (seen / 8))[at] : 0;
      if ((byte) value != expected) {
        throw new AssertionError("byte " + seen + " is " + value + ", not " + expected);
      }
      seen++;
    }
  }

  private static void compact(TestStore store) throws Exception {
    store.seal();
    store.makeRun();
    LocalCompaction.start(
            store.drives(),
            store.log().handle(),
            store.clock(),
            1,
            LeafLimits.DEFAULTS,
            STRETCH_ROWS)
        .finish();
    // The verifier folds every path at every kept root.
    store.refresh();
    store.commit(next -> next.kept(List.of()));
  }
}
