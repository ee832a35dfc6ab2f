package io.basalt.storage.compact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.basalt.storage.Contents;
import io.basalt.storage.TestStore;
import io.basalt.storage.commit.CommitConflictException;
import io.basalt.storage.compact.Usage.Mark;
import io.basalt.storage.ingest.Published;
import io.basalt.storage.read.StoreReader;
import io.basalt.storage.root.PartitionOffset;
import io.basalt.storage.root.Root;
import io.basalt.storage.tree.FileState;
import io.basalt.storage.tree.Op;
import io.basalt.storage.tree.Upload;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Uploads that nobody goes on with are dropped, and one that is published is whole or rejected. */
class AbandonedUploadsTest {
  private static final Duration RETENTION = Duration.ofHours(24);
  private static final byte[] HALF = {1, 2, 3};

  @TempDir Path folder;
  private TestStore store;
  private long seed;

  @BeforeEach
  void create() throws Exception {
    store = TestStore.create(folder);
  }

  @AfterEach
  void verifyAndClose() {
    store.verifyAndClose();
  }

  @Test
  void anUploadGoesARetentionAfterItsNewestPart() throws Exception {
    part("/up", 0);
    store.commit();
    compact(store.next());
    store.pass(RETENTION.minusHours(1));
    compact(store.next());
    assertThat(pending("/up")).isPresent();
    store.pass(Duration.ofHours(2));
    compact(store.next());
    assertThat(pending("/up")).isEmpty();
    assertThat(store.head().uploads().droppedAfter()).isPositive();
    assertThat(store.head().tree().orElseThrow().branch()).isEmpty();
    // Its bytes are dead: once no kept root needs the segment, it goes.
    store.seal();
    store.makeRun();
    compact(store.next());
    compact(store.next());
    store.commit(next -> next.kept(List.of()));
    compact(store.next());
    assertThat(store.allSealed()).isEmpty();
  }

  @Test
  void oneThatGoesOnStaysWhole() throws Exception {
    part("/up", 0);
    store.commit();
    compact(store.next());
    for (int i = 1; i <= 5; i++) {
      store.pass(RETENTION.minusHours(1));
      part("/up", i * HALF.length);
      store.commit();
      compact(store.next());
    }
    assertThat(pending("/up").orElseThrow().parts()).hasSize(6);
    publish("/up", store.head().number());
    assertThat(read("/up")).hasSize(6 * HALF.length);
  }

  @Test
  void nothingGoesWhileThePartitionLags() throws Exception {
    part("/up", 0);
    store.commit();
    long behind = store.next() + 5;
    compact(behind);
    for (int i = 0; i < 3; i++) {
      store.pass(RETENTION);
      compact(behind);
      assertThat(pending("/up")).isPresent();
    }
    // What was in the log all that time is applied; the publish was among it.
    publish("/up", store.head().number());
    assertThat(read("/up")).isEqualTo(HALF);
  }

  @Test
  void aPartitionThatIsNeverQuiteAtItsEndLosesNoTime() throws Exception {
    part("/up", 0);
    store.commit();
    compact(store.next() + 1);
    for (int i = 0; i < 30; i++) {
      store.pass(Duration.ofHours(1));
      store.put("/other", HALF);
      store.commit();
      // One record is always in the log and not yet applied.
      compact(store.next() + 1);
    }
    assertThat(pending("/up")).isEmpty();
  }

  @Test
  void aPublishThatCommitsFirstKeepsItsParts() throws Exception {
    agedUpload("/up");
    LocalCompaction compaction = start();
    compaction.drop(ends(store.next()), store.refresh().at(), RETENTION);
    List<Merged> merged = compaction.merge();
    publish("/up", 1);
    assertThatThrownBy(() -> compaction.commit(merged))
        .isInstanceOf(CommitConflictException.class)
        .hasMessageContaining("was published while it was to be dropped");
    assertThat(read("/up")).isEqualTo(HALF);
    compact(store.next());
    assertThat(read("/up")).isEqualTo(HALF);
  }

  @Test
  void aPublishThatComesSecondLooksAgainAndFindsNoParts() throws Exception {
    long seen = agedUpload("/up").number();
    compact(store.next());
    assertThatThrownBy(() -> publish("/up", seen))
        .isInstanceOf(CommitConflictException.class)
        .hasMessageContaining("look again");
    store.refresh();
    assertThat(pending("/up")).isEmpty();
    assertThat(new Upload("u", List.of()).incomplete(-1)).contains("upload u has no parts");
  }

  @Test
  void partsAfterTheDropDoNotMakeAHalf() throws Exception {
    long seen = agedUpload("/up").number();
    compact(store.next());
    part("/up", HALF.length);
    store.commit();
    assertThatThrownBy(() -> publish("/up", seen)).isInstanceOf(CommitConflictException.class);
    store.refresh();
    assertThat(pending("/up").orElseThrow().incomplete(-1)).contains("upload u lacks bytes 0 to 3");
  }

  @Test
  void uploadsThatBeganLaterAreNotAsked() throws Exception {
    long seen = agedUpload("/up").number();
    compact(store.next());
    part("/young", 0);
    store.commit();
    publish("/young", seen);
    assertThat(read("/young")).isEqualTo(HALF);
  }

  /**
   * Nothing comes in an earlier incarnation any more, and what began there may go on in the next.
   */
  @Test
  void anUploadOfAnEarlierIncarnationGoesARetentionAfterTheNextOneWasThere() throws Exception {
    part("/up", 0);
    store.commit();
    compact(store.next());
    store.pass(RETENTION.multipliedBy(2));
    store.recreateTopic();
    store.put("/other", HALF);
    store.commit();
    compact(ends(2, store.next()));
    assertThat(pending("/up")).isPresent();
    store.pass(RETENTION.minusHours(1));
    compact(ends(2, store.next()));
    assertThat(pending("/up")).isPresent();
    // A record that waits in the new topic may be the next part.
    store.pass(Duration.ofHours(2));
    compact(ends(2, store.next() + 1));
    assertThat(pending("/up")).isPresent();
    // Nor is anything known of a topic that Kafka does not have.
    compact(List.of());
    assertThat(pending("/up")).isPresent();
    compact(ends(2, store.next()));
    assertThat(pending("/up")).isEmpty();
    assertThat(store.head().uploads().floors()).contains(new PartitionOffset(1, 0, 1));
  }

  @Test
  void anUploadThatGoesOnInTheNextIncarnationStaysWhole() throws Exception {
    part("/up", 0);
    store.commit();
    compact(store.next());
    store.recreateTopic();
    store.put("/other", HALF);
    store.commit();
    compact(ends(2, store.next()));
    store.pass(RETENTION.minusHours(1));
    part("/up", HALF.length);
    store.commit();
    compact(ends(2, store.next()));
    store.pass(Duration.ofHours(2));
    compact(ends(2, store.next()));
    long seen = store.head().number();
    assertThat(pending("/up").orElseThrow().parts()).hasSize(2);
    store.apply("/up", Op.PUBLISH, 2L * HALF.length, "u", new byte[0]);
    store.commit(
        List.of(
            new Published(new PartitionOffset(1, 0, 0), seen),
            new Published(new PartitionOffset(2, 0, 1), seen)));
    assertThat(read("/up")).hasSize(2 * HALF.length);
  }

  @Test
  void aPublishInTheNextIncarnationIsWholeOrRefused() throws Exception {
    part("/up", 0);
    part("/late", 0);
    store.commit();
    store.recreateTopic();
    store.put("/other", HALF);
    long seen = store.commit().number();
    compact(ends(2, store.next()));
    store.pass(RETENTION.plusHours(1));
    LocalCompaction compaction = start();
    compaction.drop(ends(2, store.next()), store.refresh().at(), RETENTION);
    List<Merged> merged = compaction.merge();
    publish("/up", seen);
    assertThatThrownBy(() -> compaction.commit(merged))
        .isInstanceOf(CommitConflictException.class)
        .hasMessageContaining("was published while it was to be dropped");
    compact(ends(2, store.next()));
    assertThat(read("/up")).isEqualTo(HALF);
    assertThat(pending("/late")).isEmpty();
    store.apply("/late", Op.PUBLISH, -1, "u", new byte[0]);
    assertThatThrownBy(
            () -> store.commit(List.of(new Published(new PartitionOffset(1, 0, 1), seen))))
        .isInstanceOf(CommitConflictException.class)
        .hasMessageContaining("look again");
  }

  /** A writer with a view of any age, compactions at any point: whole or rejected, never half. */
  @Test
  void anyInterleavingPublishesWholesOnly() throws Exception {
    Random random = new Random(3);
    Map<String, Integer> expected = new HashMap<>();
    Writer writer = new Writer();
    LocalCompaction compaction = null;
    List<Merged> merged = List.of();
    for (int step = 0; step < 300; step++) {
      String path = "/f" + random.nextInt(4);
      switch (random.nextInt(9)) {
        case 0, 1, 2 -> writer.part(path);
        case 3 -> writer.publish(path).ifPresent(parts -> expected.put(path, parts * HALF.length));
        case 4 -> store.pass(Duration.ofHours(random.nextInt(60)));
        case 5 -> {
          compaction = start();
          compaction.drop(ends(store.next()), store.refresh().at(), RETENTION);
          merged = compaction.merge();
        }
        case 6, 7 -> {
          if (compaction != null) {
            try {
              compaction.commit(merged);
            } catch (CommitConflictException published) {
              assertThat(published).hasMessageContaining("compact anew");
            }
            compaction = null;
            store.refresh();
          }
        }
        default -> {
          store.put("/other", HALF);
          store.commit();
        }
      }
    }
    assertThat(writer.rejects).isPositive();
    assertThat(expected).isNotEmpty();
    for (Map.Entry<String, Integer> file : expected.entrySet()) {
      assertThat(read(file.getKey())).hasSize(file.getValue());
    }
  }

  /** Remembers the parts that it has seen, as the ingest's tracker does, and looks seldom. */
  private final class Writer {
    private final Map<String, List<Long>> known = new HashMap<>();
    private final Map<String, Integer> sent = new HashMap<>();
    private final Map<String, Integer> ids = new HashMap<>();
    private long view = store.head().number();
    private int rejects;

    private void part(String path) throws Exception {
      int before = sent.getOrDefault(id(path), 0);
      known.computeIfAbsent(path, any -> new ArrayList<>()).add(store.next());
      sent.put(id(path), before + 1);
      store.apply(path, Op.UPLOAD, (long) before * HALF.length, id(path), HALF);
      store.commit();
    }

    private String id(String path) {
      return path + ids.getOrDefault(path, 0);
    }

    /** How many parts were published; empty if there was nothing to publish, or not a whole. */
    private Optional<Integer> publish(String path) throws Exception {
      if (!known.containsKey(path)) {
        return Optional.empty();
      }
      PartitionOffset oldest = new PartitionOffset(1, 0, known.get(path).get(0));
      if (store.refresh().uploads().mayHaveDropped(oldest, view)) {
        lookAgain();
      }
      if (!known.containsKey(path)) {
        rejects++;
        return Optional.empty();
      }
      int parts = known.get(path).size();
      boolean whole = parts == sent.get(id(path));
      if (whole) {
        store.apply(path, Op.PUBLISH, (long) parts * HALF.length, id(path), new byte[0]);
        store.commit(
            List.of(new Published(new PartitionOffset(1, 0, known.get(path).get(0)), view)));
      } else {
        rejects++;
      }
      known.remove(path);
      ids.merge(path, 1, Integer::sum);
      return whole ? Optional.of(parts) : Optional.empty();
    }

    private void lookAgain() throws IOException {
      view = store.head().number();
      for (String path : List.copyOf(known.keySet())) {
        try (StoreReader reader = StoreReader.open(store.drives(), store.head())) {
          List<Long> left = new ArrayList<>();
          reader
              .pendingUpload(path, id(path))
              .ifPresent(upload -> upload.parts().forEach(p -> left.add(p.version().offset())));
          known.put(path, left);
        }
        if (known.get(path).isEmpty()) {
          known.remove(path);
          ids.merge(path, 1, Integer::sum);
        }
      }
    }
  }

  @Test
  void marksAreFewHoweverOftenACompactionRuns() throws Exception {
    part("/up", 0);
    store.commit();
    for (int i = 0; i < 10; i++) {
      store.pass(Duration.ofMinutes(1));
      compact(store.next());
    }
    Abandonment late =
        CompactionPlan.abandonment(
            store.drives(), store.head(), ends(store.next()), store.head().at(), RETENTION);
    assertThat(late.mark()).isEmpty();
    List<Mark> many = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      many =
          new Abandonment(List.of(), Optional.of(new Mark(i, List.of(), List.of())))
              .remembered(many);
    }
    assertThat(many).hasSize(64);
    assertThat(many.get(63).at()).isEqualTo(99);
  }

  /** An upload that the next compaction may drop; the root that has it. */
  private Root agedUpload(String path) throws Exception {
    part(path, 0);
    store.commit();
    compact(store.next());
    store.pass(RETENTION.plusHours(1));
    return store.refresh();
  }

  private void part(String path, long position) throws Exception {
    store.apply(path, Op.UPLOAD, position, "u", HALF);
  }

  /** Publishes an upload that began with the first event, or is pending, by a view of a root. */
  private void publish(String path, long seen) throws Exception {
    long oldest =
        path.equals("/up") ? 0 : pending(path).orElseThrow().parts().get(0).version().offset();
    store.apply(path, Op.PUBLISH, -1, "u", new byte[0]);
    store.commit(List.of(new Published(new PartitionOffset(1, 0, oldest), seen)));
  }

  private LocalCompaction start() throws Exception {
    return LocalCompaction.start(store.drives(), store.log().handle(), store.clock(), ++seed);
  }

  private void compact(long end) throws Exception {
    compact(ends(end));
  }

  private void compact(List<PartitionOffset> ends) throws Exception {
    LocalCompaction compaction = start();
    compaction.drop(ends, store.refresh().at(), RETENTION);
    compaction.commit(compaction.merge());
    store.refresh();
  }

  private static List<PartitionOffset> ends(long end) {
    return ends(1, end);
  }

  private static List<PartitionOffset> ends(int incarnation, long end) {
    return List.of(new PartitionOffset(incarnation, 0, end));
  }

  private Optional<Upload> pending(String path) throws IOException {
    try (StoreReader reader = StoreReader.open(store.drives(), store.head())) {
      return reader.pendingUpload(path, "u");
    }
  }

  private byte[] read(String path) throws Exception {
    try (StoreReader reader = StoreReader.open(store.drives(), store.refresh())) {
      FileState file = reader.stat(path).orElseThrow();
      return Contents.bytes(reader, file);
    }
  }
}
