package io.basalt.storage.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** The fold against a byte array that each operation changes literally. */
class FoldModelTest {
  /** One step: the op, its position or size, the lengths of its shards, its upload id. */
  record Step(Op op, int position, List<Integer> lengths, String upload) {}

  @Property(tries = 1500)
  void readsAsTheByteArray(@ForAll("steps") List<Step> steps) {
    Tape tape = new Tape();
    Model model = new Model();
    Fold fold = new Fold("/f");
    Fold listing = new Fold(ListedState.none("/f"));
    long offset = 0;
    for (Step step : steps) {
      List<Shard> shards = step.lengths().stream().map(tape::append).toList();
      byte[] payload = tape.bytes(shards);
      if (step.op() == Op.PUBLISH && !model.mayPublish(step.upload())) {
        // The ingest rejects it by the same rule, which the model states in its own way.
        Optional<String> nothingWhole = Optional.of(step.upload());
        Version next = new Version(1, offset + 1);
        Event publish = new Event("/f", next, 0, 0, Op.PUBLISH, -1, nothingWhole, List.of());
        assertThat(fold.incomplete(publish)).isPresent();
        continue;
      }
      long position = step.op() == Op.PUBLISH ? -1 : step.position();
      Optional<String> upload = Optional.ofNullable(step.upload());
      Version version = new Version(1, ++offset);
      fold.apply(new Event("/f", version, 0, offset, step.op(), position, upload, shards));
      List<Shard> lengths = shards.stream().map(each -> Shard.ofLength(each.length())).toList();
      listing.apply(new Event("/f", version, 0, offset, step.op(), position, upload, lengths));
      model.apply(step, payload);

      assertThat(fold.file().map(tape::content)).isEqualTo(Optional.ofNullable(model.content));
      assertThat(fold.state().parts().stream().map(part -> part.upload().orElseThrow()))
          .hasSameElementsAs(model.uploads.keySet());
      assertThat(listing.listed().file()).isEqualTo(fold.file().map(FileState::listed));
      if (offset % 5 == 0) {
        fold = new Fold(fold.state());
        listing = new Fold(listing.listed());
      }
    }
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    Arbitrary<Integer> number = Arbitraries.integers().between(0, 24);
    Arbitrary<List<Integer>> lengths =
        Arbitraries.integers().between(1, 8).list().ofMinSize(0).ofMaxSize(3);
    Arbitrary<Op> ops =
        Arbitraries.frequency(
            Tuple.of(2, Op.PUT),
            Tuple.of(6, Op.WRITE),
            Tuple.of(3, Op.APPEND),
            Tuple.of(3, Op.TRUNCATE),
            Tuple.of(1, Op.DELETE),
            Tuple.of(4, Op.UPLOAD),
            Tuple.of(3, Op.PUBLISH));
    return Combinators.combine(ops, number, lengths, Arbitraries.of("u", "v"))
        .as(FoldModelTest::step)
        .list()
        .ofMaxSize(24);
  }

  private static Step step(Op op, int number, List<Integer> lengths, String upload) {
    return switch (op) {
      case PUT, APPEND -> new Step(op, 0, lengths, null);
      case WRITE -> new Step(op, number, lengths, null);
      case TRUNCATE -> new Step(op, number, List.of(), null);
      case DELETE -> new Step(op, 0, List.of(), null);
      // Few positions and one length, so that parts often meet, repeat and overlap.
      case UPLOAD -> new Step(op, number % 3 * 4, List.of(number % 7 == 0 ? 8 : 4), upload);
      case PUBLISH -> new Step(op, -1, List.of(), upload);
    };
  }

  /** All shards one after another; each byte differs from its neighbours. */
  private static final class Tape {
    private byte[] bytes = new byte[0];

    Shard append(int length) {
      Shard shard = new Shard("0-a-0-0", bytes.length, length, 0);
      bytes = Arrays.copyOf(bytes, bytes.length + length);
      for (int i = bytes.length - length; i < bytes.length; i++) {
        bytes[i] = (byte) (i % 251 + 1);
      }
      return shard;
    }

    byte[] bytes(List<Shard> shards) {
      int from = shards.isEmpty() ? 0 : (int) shards.get(0).position();
      int length = shards.stream().mapToInt(Shard::length).sum();
      return Arrays.copyOfRange(bytes, from, from + length);
    }

    List<Byte> content(FileState file) {
      byte[] content = new byte[(int) file.size()];
      long end = 0;
      for (Extent extent : file.extents()) {
        assertThat(extent.start()).isGreaterThanOrEqualTo(end);
        end = extent.end();
        assertThat(end).isLessThanOrEqualTo(file.size());
        System.arraycopy(
            bytes,
            (int) extent.shard().position() + extent.skip(),
            content,
            (int) extent.start(),
            extent.take());
      }
      return boxed(content);
    }
  }

  private static final class Model {
    private List<Byte> content;
    private final Map<String, List<Step>> uploads = new HashMap<>();
    private final Map<Step, byte[]> payloads = new IdentityHashMap<>();

    void apply(Step step, byte[] payload) {
      switch (step.op()) {
        case PUT -> content = boxed(payload);
        case WRITE -> write(step.position(), payload);
        case APPEND -> write(content == null ? 0 : content.size(), payload);
        case TRUNCATE -> content = boxed(Arrays.copyOf(unboxed(), step.position()));
        case DELETE -> content = null;
        case UPLOAD -> {
          uploads.computeIfAbsent(step.upload(), id -> new ArrayList<>()).add(step);
          payloads.put(step, payload);
        }
        case PUBLISH -> publish(uploads.remove(step.upload()));
      }
    }

    /** Every byte is written by one range only, which may have been written several times. */
    boolean mayPublish(String upload) {
      Map<Integer, Step> owners = new HashMap<>();
      for (Step part : uploads.getOrDefault(upload, List.of())) {
        for (int i = 0; i < part.lengths().get(0); i++) {
          Step owner = owners.put(part.position() + i, part);
          if (owner != null && !owner.equals(part)) {
            return false;
          }
        }
      }
      int end = owners.keySet().stream().mapToInt(i -> i + 1).max().orElse(0);
      return end > 0 && owners.size() == end;
    }

    private void publish(List<Step> parts) {
      content = new ArrayList<>();
      for (Step part : parts) {
        write(part.position(), payloads.get(part));
      }
    }

    private void write(int position, byte[] payload) {
      byte[] old = unboxed();
      byte[] changed = old;
      if (payload.length > 0) {
        changed = Arrays.copyOf(old, Math.max(old.length, position + payload.length));
        System.arraycopy(payload, 0, changed, position, payload.length);
      }
      content = boxed(changed);
    }

    private byte[] unboxed() {
      byte[] bytes = new byte[content == null ? 0 : content.size()];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = content.get(i);
      }
      return bytes;
    }
  }

  private static List<Byte> boxed(byte[] bytes) {
    List<Byte> list = new ArrayList<>(bytes.length);
    for (byte b : bytes) {
      list.add(b);
    }
    return list;
  }
}
