package io.basalt.query;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SelectionTest {
  @Test
  void readsNothingTwiceAndInOrder() {
    Selection selection =
        Selection.of(List.of("/z", "/a/b/c", "/ab", "/z"), List.of("/a/", "/a/b", "/m"));

    assertThat(selection.items().stream().map(Selection.Item::path))
        .containsExactly("/a", "/ab", "/m", "/z");
  }

  @Test
  void theWholeStoreCoversEverything() {
    assertThat(Selection.of(List.of("/x"), List.of("/", "/y")).items())
        .containsExactly(new Selection.Item("/", Selection.Kind.DIRECTORY));
  }
}
