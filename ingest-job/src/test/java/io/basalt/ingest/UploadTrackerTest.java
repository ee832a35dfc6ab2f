package io.basalt.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.basalt.storage.TestStore;
import io.basalt.storage.commit.Pruner;
import io.basalt.storage.commit.RootFiles;
import io.basalt.storage.commit.Sweeper;
import io.basalt.storage.compact.LocalCompaction;
import io.basalt.storage.compact.Sweeps;
import io.basalt.storage.ingest.Published;
import io.basalt.storage.read.StoreReader;
import io.basalt.storage.root.Root;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.Op;
import io.basalt.storage.tree.Version;
import io.basalt.storage.verify.Verifier;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a writer knows of uploads, against the tree of a real store. */
class UploadTrackerTest {
  private static final byte[] HALF = {1, 2, 3};

  @TempDir Path folder;
  private TestStore store;

  @BeforeEach
  void create() throws Exception {
    store = TestStore.create(folder);
  }

  @AfterEach
  void verifyAndClose() {
    assertThat(new Verifier(store.drives()).verify().problems()).isEmpty();
    store.close();
  }

  @Test
  void partsOfTheTreeAndThoseSeenMakeOneWhole() throws Exception {
    long oldest = store.next();
    part("/up", 0);
    Root began = store.commit();
    try (UploadTracker tracker = tracker(began)) {
      seen(tracker, "/up", HALF.length);
      assertThat(publish(tracker, "/up", 2 * HALF.length)).isEmpty();
      assertThat(tracker.takePublished())
          .extracting(published -> published.oldest().offset(), Published::seenAt)
          .containsExactly(tuple(oldest, began.number()));
      assertThat(publish(tracker, "/up", -1)).contains("upload u has no parts");
    }
  }

  @Test
  void aPartThatALaterRootHoldsAsWellCountsOnce() throws Exception {
    part("/other", 0);
    Root began = store.commit();
    try (UploadTracker tracker = tracker(expired(began))) {
      Event first = event("/up", Op.UPLOAD, 0);
      part("/up", 0);
      store.commit();
      // By the time that the tree is read it holds the part that made the writer look.
      tracker.part(first, HALF.length);
      seen(tracker, "/up", HALF.length);
      assertThat(publish(tracker, "/up", 2 * HALF.length)).isEmpty();
      assertThat(tracker.takePublished())
          .singleElement()
          .satisfies(
              published ->
                  assertThat(published.oldest().offset()).isEqualTo(first.version().offset()));
    }
  }

  @Test
  void whatARootHeldThatHasExpiredIsFoundInTheHead() throws Exception {
    part("/up", 0);
    Root began = expired(store.commit());
    try (StoreReader reader = StoreReader.open(store.drives(), began)) {
      assertThatThrownBy(() -> reader.pendingUpload("/up", "u"))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("expired");
    }
    try (UploadTracker tracker = tracker(began)) {
      seen(tracker, "/up", HALF.length);
      assertThat(publish(tracker, "/up", 2 * HALF.length)).isEmpty();
      assertThat(tracker.takePublished())
          .extracting(Published::seenAt)
          .containsExactly(store.head().number());
      seen(tracker, "/none", HALF.length);
      assertThat(publish(tracker, "/none", -1)).contains("upload u lacks bytes 0 to 3");
    }
  }

  @Test
  void forgetsWhatALaterRootHoldsInFull() throws Exception {
    try (UploadTracker tracker = tracker(store.commit())) {
      tracker.part(event("/held", Op.UPLOAD, 0), HALF.length);
      part("/held", 0);
      Root later = store.commit();
      seen(tracker, "/young", 0);
      assertThat(tracker.size()).isEqualTo(2);
      tracker.rebase(uploads(later), Map.of(0, store.head().positions().get(0).next()));
      assertThat(tracker.size()).isEqualTo(1);
      seen(tracker, "/held", HALF.length);
      assertThat(publish(tracker, "/held", 2 * HALF.length)).isEmpty();
    }
  }

  /** It would open the tree again, and nobody would close it. */
  @Test
  void noLookupAsksATreeThatWasClosed() throws Exception {
    CountDownLatch replaced = new CountDownLatch(1);
    List<String> asked = Collections.synchronizedList(new ArrayList<>());
    UploadTracker.Tree old =
        new UploadTracker.Tree() {
          @Override
          public UploadTracker.Found parts(String path, String upload) throws IOException {
            try {
              replaced.await();
            } catch (InterruptedException left) {
              throw new InterruptedIOException();
            }
            asked.add(path);
            return new UploadTracker.Found(List.of(), 1);
          }

          @Override
          public void close() {
            asked.add("closed");
          }
        };
    try (UploadTracker tracker = new UploadTracker(old)) {
      seen(tracker, "/one", 0);
      seen(tracker, "/two", 0);
      tracker.rebase(uploads(store.commit()), Map.of());
      seen(tracker, "/three", 0);
      replaced.countDown();
      assertThat(publish(tracker, "/three", HALF.length)).isEmpty();
      assertThat(asked).containsExactly("/one", "/two", "closed");
    }
    assertThat(asked).hasSize(3);
  }

  /** The same root, once compactions went on and its leaves were deleted. */
  private Root expired(Root root) throws Exception {
    store.seal();
    store.makeRun();
    compact();
    Root merged = store.refresh();
    part("/later", 0);
    store.seal();
    store.makeRun();
    store.commit(next -> next.kept(List.of()));
    compact();
    store.refresh();
    store.commit(next -> next.kept(List.of()));
    compact();
    store.refresh();
    store.pass(Duration.ofMinutes(10));
    store.commit(next -> {});
    Root raised = store.commit(Sweeper.raising(Duration.ofMinutes(2), 0));
    new Pruner(new RootFiles(store.drives(), 3), null).delete(raised);
    Sweeps.of(store.drives(), 3).delete(raised);
    assertThat(raised.lists(root.number())).isFalse();
    return merged;
  }

  private void compact() throws Exception {
    LocalCompaction.run(store.drives(), store.log().handle(), store.clock(), store.head().number());
  }

  private UploadTracker tracker(Root root) {
    return new UploadTracker(uploads(root));
  }

  private StoredUploads uploads(Root root) {
    return new StoredUploads(store.drives(), store.config().rootCopies(), root);
  }

  private void part(String path, long position) throws Exception {
    store.apply(path, Op.UPLOAD, position, "u", HALF);
  }

  /** The writer sees a part that no root holds yet. */
  private void seen(UploadTracker tracker, String path, long position) {
    tracker.part(event(path, Op.UPLOAD, position), HALF.length);
  }

  private Optional<String> publish(UploadTracker tracker, String path, long size)
      throws IOException {
    return tracker.publish(event(path, Op.PUBLISH, size));
  }

  /** An event at the end of what the store has applied. */
  private Event event(String path, Op op, long position) {
    return new Event(
        path, new Version(1, store.next()), 0, 0, op, position, Optional.of("u"), List.of());
  }
}
