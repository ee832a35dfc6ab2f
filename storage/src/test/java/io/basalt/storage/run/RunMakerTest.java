package io.basalt.storage.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.basalt.storage.TestStore;
import io.basalt.storage.commit.CommitConflictException;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.Tail;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunMakerTest {
  @TempDir Path folder;
  private TestStore store;

  @BeforeEach
  void create() throws Exception {
    store = TestStore.create(folder);
    store.put("/b", new byte[10]);
    store.put("/a", new byte[10]);
    store.put("/b", new byte[20]);
  }

  @AfterEach
  void verifyAndClose() {
    store.verifyAndClose();
  }

  @Test
  void openTailsAreLeftAlone() throws Exception {
    Root head = store.commit();
    assertThat(store.runs().make(head)).isEmpty();
    assertThat(store.runs().isDue(head)).isFalse();
  }

  @Test
  void aSealedTailIsDueWhenItIsOld() throws Exception {
    Root head = store.seal();
    assertThat(store.runs().isDue(head)).isFalse();
    store.pass(Duration.ofMinutes(6));
    assertThat(store.runs().isDue(head)).isTrue();
  }

  @Test
  void theRunTakesThePlaceOfItsTails() throws Exception {
    Root before = store.seal();
    Root after = store.makeRun();

    assertThat(after.tails()).noneMatch(tail -> tail.sealed());
    assertThat(after.tails().size()).isLessThan(before.tails().size());
    assertThat(after.locationMap()).hasSize(1);
    assertThat(after.runs())
        .singleElement()
        .satisfies(
            run -> {
              assertThat(run.rows()).isEqualTo(3);
              assertThat(run.minPath()).isEqualTo("/a");
              assertThat(run.maxPath()).isEqualTo("/b");
              assertThat(run.file().drives()).hasSize(2).doesNotHaveDuplicates();
            });
  }

  /** A file that is deleted and still open keeps its space on the drive. */
  @Test
  void aRunLeavesNoSegmentOpen() throws Exception {
    Root before = store.seal();
    store.makeRun();
    Path descriptors = Path.of("/proc/self/fd");
    Assumptions.assumeTrue(Files.isDirectory(descriptors));
    List<String> open = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(descriptors)) {
      for (Path descriptor : all) {
        try {
          open.add(Files.readSymbolicLink(descriptor).getFileName().toString());
        } catch (NoSuchFileException closed) {
          // The list itself, or a file of another test.
          continue;
        }
      }
    }
    assertThat(before.tails()).anyMatch(Tail::sealed);
    for (Tail tail : before.tails()) {
      if (tail.sealed()) {
        assertThat(open).doesNotContain(tail.location().segment());
      }
    }
  }

  @Test
  void theSameTailsDoNotBecomeTwoRuns() throws Exception {
    store.seal();
    RunChange one = store.runChange();
    RunChange two = store.runChange();
    store.commit(one);
    assertThatThrownBy(() -> store.commit(two))
        .isInstanceOf(CommitConflictException.class)
        .hasMessageContaining("is no longer the tail a run was made of");
  }

  @Test
  void anEndedAttemptCommitsNoRun() throws Exception {
    store.seal();
    RunChange change = store.runChange();
    store.commit(root -> root.attempts(List.of()));
    assertThatThrownBy(() -> store.commit(change))
        .isInstanceOf(CommitConflictException.class)
        .hasMessageContaining("was ended: leave its run to the sweep");
  }
}
