package io.basalt.storage.commit;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.TestStore;
import io.basalt.storage.compact.CompactionStart;
import io.basalt.storage.drive.Drive;
import io.basalt.storage.drive.Drive.StoredFile;
import io.basalt.storage.drive.DriveInfo;
import io.basalt.storage.ingest.IngestAttempts;
import io.basalt.storage.ingest.IngestChange;
import io.basalt.storage.leaf.TreeFileWriter;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.root.Root.LiveAttempt;
import io.basalt.storage.verify.Verifier;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AttemptSignsTest {
  @TempDir Path folder;
  private final Random random = new Random(3);
  private TestStore store;

  @BeforeEach
  void makeStore() throws Exception {
    store = TestStore.create(folder);
    store.put("/file", new byte[100]);
    store.commit();
  }

  @AfterEach
  void verifyIsClean() {
    try (TestStore done = store) {
      assertThat(new Verifier(done.drives()).verify().problems()).isEmpty();
    }
  }

  private AttemptSigns signs(String kind) throws IOException {
    return AttemptSigns.of(store.drives(), 3, store.head(), kind);
  }

  private Attempt begin() throws Exception {
    Attempt run = Attempt.start(store.head(), random);
    store.commit(new CompactionStart(run, store.clock()));
    return run;
  }

  private void write(Attempt maker) throws IOException {
    TreeFileWriter.of(new MirroredFiles(store.drives()), maker.toString(), random)
        .write("leaves", new byte[10]);
  }

  @Test
  void aStoreWithoutALiveAttemptShowsNothing() throws Exception {
    assertThat(signs(CompactionStart.KIND).attempts()).isEmpty();
    assertThat(signs(CompactionStart.KIND)).isEqualTo(signs(CompactionStart.KIND));
  }

  @Test
  void whatOthersDoIsNoSign() throws Exception {
    begin();
    AttemptSigns before = signs(CompactionStart.KIND);
    store.put("/other", new byte[100]);
    store.seal();
    store.makeRun();
    write(Attempt.start(store.head(), random));
    assertThat(signs(CompactionStart.KIND)).isEqualTo(before);
  }

  @Test
  void aReadIsNoSign() throws Exception {
    write(begin());
    AttemptSigns before = signs(CompactionStart.KIND);
    for (DriveInfo drive : store.drives().infos()) {
      store.drives().call(drive.id(), AttemptSignsTest::markAllUsed);
    }
    assertThat(signs(CompactionStart.KIND)).isEqualTo(before);
  }

  private static int markAllUsed(Drive drive) throws IOException {
    List<StoredFile> files = drive.list("");
    for (StoredFile file : files) {
      drive.markUsed(file.name(), file.usedMillis() + 60_000);
    }
    return files.size();
  }

  @Test
  void aNewAttemptARenewalAndAFileAreSigns() throws Exception {
    Attempt first = begin();
    AttemptSigns begun = signs(CompactionStart.KIND);
    assertThat(begun.attempts())
        .containsExactly(new LiveAttempt(first.toString(), CompactionStart.KIND));
    write(first);
    AttemptSigns written = signs(CompactionStart.KIND);
    assertThat(written).isNotEqualTo(begun);
    store.pass(Duration.ofSeconds(1));
    store.commit(CompactionStart.renewal(store.clock()));
    AttemptSigns renewed = signs(CompactionStart.KIND);
    assertThat(renewed).isNotEqualTo(written);
    begin();
    assertThat(signs(CompactionStart.KIND)).isNotEqualTo(renewed);
  }

  @Test
  void ingestIsWantedUntilItIsEnded() throws Exception {
    assertThat(IngestAttempts.anyLive(store.head())).isTrue();
    begin();
    store.commit(IngestAttempts.end());
    assertThat(IngestAttempts.anyLive(store.head())).isFalse();
    assertThat(signs(IngestChange.KIND).attempts()).isEmpty();
    assertThat(signs(CompactionStart.KIND).attempts()).hasSize(1);
    store.put("/later", new byte[100]);
    store.commit();
    assertThat(IngestAttempts.anyLive(store.head())).isTrue();
    assertThat(store.head().attempts()).hasSize(2);
  }
}
