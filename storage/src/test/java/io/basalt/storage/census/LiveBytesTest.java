package io.basalt.storage.census;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.basalt.storage.RandomWrites;
import io.basalt.storage.TestStore;
import io.basalt.storage.compact.LocalCompaction;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.read.StoreReader;
import io.basalt.storage.tree.Extent;
import io.basalt.storage.tree.FileState;
import io.basalt.storage.tree.PathRange;
import io.basalt.storage.verify.Verifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LiveBytesTest {
  @TempDir Path folder;
  private TestStore store;

  @BeforeEach
  void create() throws Exception {
    store = TestStore.create(folder);
  }

  @AfterEach
  void close() {
    store.close();
  }

  private void compact() throws Exception {
    LocalCompaction.run(store.drives(), store.log().handle(), store.clock(), 5);
    store.refresh();
  }

  @Test
  void isWhatAllFilesConsistOf() throws Exception {
    Random random = new Random(7);
    assertThat(live()).isEmpty();
    for (int round = 0; round < 24; round++) {
      RandomWrites.some(store, random, "u" + round);
      switch (random.nextInt(5)) {
        case 0 -> compact();
        case 1, 2 -> {
          store.seal();
          store.makeRun();
        }
        default -> store.commit();
      }
      assertThat(live()).isEqualTo(ofAllFiles()).isNotEmpty();
    }
    assertThat(new Verifier(store.drives()).verify().problems()).isEmpty();
  }

  @Test
  void leavesWithoutAChangeAreNotRead() throws Exception {
    for (int i = 0; i < 30; i++) {
      store.put("/d/%02d".formatted(i), new byte[10 + i]);
    }
    store.commit();
    compact();
    store.put("/d/31", new byte[5]);
    store.put("/a", new byte[7]);
    store.commit();
    Map<String, Long> expected = ofAllFiles();
    assertThat(new Verifier(store.drives()).verify().problems()).isEmpty();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(each -> each.toString().contains("/leaves/")).toList()) {
        if (Files.isRegularFile(file)) {
          Files.delete(file);
        }
      }
    }

    assertThat(live()).isEqualTo(expected);
    store.put("/d/07", new byte[1]);
    store.commit();
    assertThatThrownBy(this::live).hasMessageContaining("leaves/");
  }

  private Map<String, Long> live() throws IOException {
    try (StoreReader reader = StoreReader.open(store.drives())) {
      return LiveBytes.bySegment(reader, new MirroredFiles(store.drives()));
    }
  }

  private Map<String, Long> ofAllFiles() throws IOException {
    Map<String, Long> bytes = new HashMap<>();
    try (StoreReader reader = StoreReader.open(store.drives())) {
      for (Iterator<FileState> files = reader.files(PathRange.ALL); files.hasNext(); ) {
        for (Extent extent : files.next().extents()) {
          bytes.merge(extent.shard().segment(), (long) extent.take(), Long::sum);
        }
      }
    }
    return bytes;
  }
}
