package io.basalt.storage.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FoldTest {
  private static final String PATH = "/f";
  private long offset;
  private int used;

  @Test
  void nothingIsNoFile() {
    assertThat(Fold.file(PATH, List.of())).isEmpty();
    assertThat(Fold.file(PATH, List.of(event(Op.DELETE, 0, null)))).isEmpty();
  }

  @Test
  void anOverlayCutsAShardIntoSkipAndTake() {
    FileState file =
        Fold.file(PATH, List.of(event(Op.PUT, 0, null, 10), event(Op.WRITE, 3, null, 4)))
            .orElseThrow();

    assertThat(file.size()).isEqualTo(10);
    assertThat(file.extents())
        .extracting(Extent::start, Extent::skip, Extent::take)
        .containsExactly(tuple(0L, 0, 3), tuple(3L, 0, 4), tuple(7L, 7, 3));
  }

  @Test
  void aWriteOfNoBytesCreatesButDoesNotExtend() {
    assertThat(Fold.file(PATH, List.of(event(Op.WRITE, 100, null))).orElseThrow().size()).isZero();
  }

  @Test
  void aPublishReplacesAndConsumes() {
    Fold fold =
        Fold.of(
            PATH,
            List.of(
                event(Op.PUT, 0, null, 99),
                event(Op.UPLOAD, 5, "u", 3),
                event(Op.UPLOAD, 0, "u", 5),
                event(Op.DELETE, 0, null),
                event(Op.UPLOAD, 0, "other", 1),
                event(Op.PUBLISH, 8, "u")));

    assertThat(fold.file().orElseThrow().size()).isEqualTo(8);
    assertThat(fold.file().orElseThrow().version()).isEqualTo(new Version(1, 5));
    assertThat(fold.state().parts())
        .extracting(part -> part.upload().orElseThrow())
        .containsExactly("other");
  }

  @Test
  void aPublishOfWhatIsNoWholeIsNotInATree() {
    List<Event> events = List.of(event(Op.UPLOAD, 1, "u", 3), event(Op.PUBLISH, -1, "u"));
    assertThatThrownBy(() -> Fold.of(PATH, events))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("upload u lacks bytes 0 to 1");
  }

  @Test
  void eventsAscend() {
    Event first = event(Op.PUT, 0, null, 1);
    assertThatThrownBy(() -> Fold.of(PATH, List.of(first, first)))
        .hasMessageContaining("events of a path ascend by version");
    assertThatThrownBy(() -> Fold.of("/other", List.of(first)))
        .hasMessageContaining("an event of /f in the fold of /other");
  }

  @Test
  void partsMakeUpExactlyOneWhole() {
    assertThat(upload().incomplete(-1)).contains("upload u has no parts");
    assertThat(upload(part(0, 5), part(5, 5)).incomplete(-1)).isEmpty();
    assertThat(upload(part(5, 5), part(0, 5)).incomplete(10)).isEmpty();
    assertThat(upload(part(0, 0)).incomplete(0)).isEmpty();
    assertThat(upload(part(0, 5), part(0, 0), part(5, 0)).incomplete(5)).isEmpty();
    assertThat(upload(part(0, 5), part(6, 5)).incomplete(-1))
        .contains("upload u lacks bytes 5 to 6");
    assertThat(upload(part(0, 5), part(4, 5)).incomplete(-1))
        .contains("upload u has overlapping parts at byte 4");
    assertThat(upload(part(0, 5)).incomplete(6)).contains("upload u has 5 bytes, not 6");
  }

  @Test
  void aPartThatIsSentAgainReplacesTheEarlierOne() {
    Event first = part(0, 5);
    Event again = part(0, 5);
    assertThat(upload(first, part(5, 1), again).incomplete(6)).isEmpty();
    assertThat(upload(first, part(5, 1), again).inOrder().get(0)).isEqualTo(again);
  }

  private Event part(long position, int length) {
    return event(Op.UPLOAD, position, "u", length);
  }

  private static Upload upload(Event... parts) {
    return new Upload("u", List.of(parts));
  }

  private Event event(Op op, long position, String upload, int... lengths) {
    List<Shard> shards = new ArrayList<>();
    for (int length : lengths) {
      if (length > 0) {
        shards.add(new Shard("0-a-0-0", used, length, 0));
        used += length;
      }
    }
    return new Event(
        PATH,
        new Version(1, offset++),
        0,
        offset,
        op,
        position,
        Optional.ofNullable(upload),
        shards);
  }
}
