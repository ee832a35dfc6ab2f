package io.basalt.storage.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.basalt.storage.Contents;
import io.basalt.storage.CorruptDataException;
import io.basalt.storage.TestStore;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.RunRef;
import io.basalt.storage.tree.FileState;
import io.basalt.storage.tree.Op;
import io.basalt.storage.verify.Verifier;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreReaderTest {
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

  @Test
  void anEmptyStoreHasNoFiles() throws Exception {
    try (DriveSet drives = store.openDrives();
        StoreReader reader = StoreReader.open(drives)) {
      assertThat(reader.stat("/a")).isEmpty();
      assertThat(reader.list("/", true)).isEmpty();
      assertThat(new Verifier(drives).verify().problems()).isEmpty();
    }
  }

  @Test
  void filesReadTheSameFromTailsFromRunsAndFromBoth() throws Exception {
    Random random = new Random(5);
    TreeMap<String, byte[]> model = new TreeMap<>();
    for (int i = 0; i < 300; i++) {
      String path = "/d" + random.nextInt(4) + "/f" + random.nextInt(20);
      byte[] bytes = new byte[random.nextInt(i % 50 == 0 ? 900_000 : 5_000)];
      random.nextBytes(bytes);
      int position = random.nextInt(3_000);
      if (random.nextBoolean()) {
        store.put(path, bytes);
        model.put(path, bytes);
      } else {
        store.write(path, position, bytes);
        model.put(path, overlay(model.getOrDefault(path, new byte[0]), position, bytes));
      }
      if (i % 20 == 19) {
        store.commit();
        check(model);
      }
      if (i % 100 == 99) {
        store.seal();
        store.makeRun();
        check(model);
      }
    }
    assertThat(store.head().runs()).hasSize(3);
    store.write("/d0/f0", 0, new byte[] {1});
    model.put("/d0/f0", overlay(model.getOrDefault("/d0/f0", new byte[0]), 0, new byte[] {1}));
    store.commit();
    check(model);
    try (DriveSet drives = store.openDrives()) {
      assertThat(new Verifier(drives).verify().problems()).isEmpty();
    }
  }

  @Test
  void listsChildrenOrEverything() throws Exception {
    for (String path : List.of("/a/b/1", "/a/b/2", "/a/b", "/a!", "/a/c", "/z/y/x")) {
      store.put(path, new byte[1]);
    }
    store.put("/gone/f", new byte[1]);
    store.apply("/gone/f", Op.DELETE, 0, null, new byte[0]);
    store.commit();
    try (DriveSet drives = store.openDrives();
        StoreReader reader = StoreReader.open(drives)) {
      assertThat(names(reader, "/", false)).containsExactly("/a!", "/a/", "/z/");
      assertThat(names(reader, "/a", false)).containsExactly("/a/b", "/a/b/", "/a/c");
      assertThat(names(reader, "/a/b", false)).containsExactly("/a/b", "/a/b/1", "/a/b/2");
      assertThat(names(reader, "/a/", true)).containsExactly("/a/b", "/a/b/1", "/a/b/2", "/a/c");
      assertThat(names(reader, "/", true)).hasSize(6);
      assertThatThrownBy(() -> reader.list("a", true)).hasMessage("path does not start with /");
    }
  }

  @Test
  void readsOlderRootsAsTheyWere() throws Exception {
    store.put("/f", new byte[] {1});
    Root first = store.commit();
    store.put("/f", new byte[] {2});
    store.seal();
    store.makeRun();
    try (DriveSet drives = store.openDrives();
        StoreReader reader = StoreReader.open(drives, first)) {
      assertThat(bytes(reader, "/f")).containsExactly(1);
    }
  }

  @Test
  void keepsPendingUploadsApart() throws Exception {
    store.apply("/f", Op.UPLOAD, 0, "u", new byte[] {1, 2});
    store.apply("/f", Op.UPLOAD, 2, "u", new byte[] {3});
    store.commit();
    try (DriveSet drives = store.openDrives();
        StoreReader reader = StoreReader.open(drives)) {
      assertThat(reader.stat("/f")).isEmpty();
      assertThat(reader.pendingUpload("/f", "u").orElseThrow().incomplete(3)).isEmpty();
      assertThat(reader.pendingUpload("/f", "v")).isEmpty();
    }
    store.apply("/f", Op.PUBLISH, 3, "u", new byte[0]);
    store.commit();
    try (DriveSet drives = store.openDrives();
        StoreReader reader = StoreReader.open(drives)) {
      assertThat(bytes(reader, "/f")).containsExactly(1, 2, 3);
      assertThat(reader.pendingUpload("/f", "u")).isEmpty();
    }
  }

  @Test
  void aDamagedMirrorIsAnsweredByTheOther() throws Exception {
    byte[] bytes = new byte[1_500_000];
    new Random(3).nextBytes(bytes);
    for (int part = 0; part < 3; part++) {
      byte[] half = Arrays.copyOfRange(bytes, part * 500_000, (part + 1) * 500_000);
      store.write("/f", part * 500_000L, half);
    }
    store.seal();
    RunRef run = store.makeRun().runs().get(0);
    // One mirror of all shards, and the other one of the run.
    for (Path segment : segments("scm-0")) {
      flip(segment, 100);
    }
    flip(store.file("scm-1", run.file().name()), 50);

    try (DriveSet drives = store.openDrives();
        StoreReader reader = StoreReader.open(drives)) {
      assertThat(bytes(reader, "/f")).isEqualTo(bytes);
      assertThat(drives.unavailable()).isEmpty();
    }
  }

  @Test
  void whatNoMirrorHasIsNeverServed() throws Exception {
    store.put("/f", new byte[1000]);
    store.commit();
    for (String drive : List.of("scm-0", "scm-1")) {
      for (Path segment : segments(drive)) {
        flip(segment, 100);
      }
    }
    try (DriveSet drives = store.openDrives();
        StoreReader reader = StoreReader.open(drives)) {
      assertThatThrownBy(() -> bytes(reader, "/f"))
          .isInstanceOf(CorruptDataException.class)
          .hasMessageContaining("expected CRC32C");
    }
  }

  private void check(TreeMap<String, byte[]> model) throws IOException {
    try (DriveSet drives = store.openDrives();
        StoreReader reader = StoreReader.open(drives)) {
      List<FileState> files = Contents.files(reader);
      assertThat(files).extracting(FileState::path).containsExactlyElementsOf(model.keySet());
      for (FileState file : files) {
        byte[] expected = model.get(file.path());
        assertThat(bytes(reader, file, 0, file.size())).isEqualTo(expected);
        int from = expected.length / 3;
        int to = expected.length - expected.length / 4;
        assertThat(bytes(reader, file, from, to)).isEqualTo(Arrays.copyOfRange(expected, from, to));
      }
      String some = model.firstKey();
      assertThat(bytes(reader, some)).isEqualTo(model.get(some));
    }
  }

  private static byte[] overlay(byte[] old, int position, byte[] bytes) {
    if (bytes.length == 0) {
      return old;
    }
    byte[] changed = Arrays.copyOf(old, Math.max(old.length, position + bytes.length));
    System.arraycopy(bytes, 0, changed, position, bytes.length);
    return changed;
  }

  private static List<String> names(StoreReader reader, String prefix, boolean recursive)
      throws IOException {
    return reader
        .list(prefix, recursive)
        .map(e -> e instanceof ListEntry.Directory ? e.path() + "/" : e.path())
        .toList();
  }

  private static byte[] bytes(StoreReader reader, String path) throws IOException {
    FileState file = reader.stat(path).orElseThrow();
    return bytes(reader, file, 0, file.size());
  }

  private static byte[] bytes(StoreReader reader, FileState file, long from, long to)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    reader.read(file, from, to, Channels.newChannel(bytes));
    return bytes.toByteArray();
  }

  private List<Path> segments(String drive) throws IOException {
    try (var files = Files.list(store.file(drive, "segments"))) {
      return files.toList();
    }
  }

  private static void flip(Path file, long position) throws IOException {
    try (RandomAccessFile opened = new RandomAccessFile(file.toFile(), "rw")) {
      opened.seek(position);
      int old = opened.read();
      opened.seek(position);
      opened.write(old ^ 0x10);
    }
  }
}
