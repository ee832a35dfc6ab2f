package io.basalt.storage.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import io.basalt.storage.read.ReadStep.SegmentRange;
import io.basalt.storage.read.ReadStep.Way;
import io.basalt.storage.root.Stripe;
import io.basalt.storage.tree.Extent;
import io.basalt.storage.tree.FileState;
import io.basalt.storage.tree.Shard;
import io.basalt.storage.tree.Version;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ReadPlanTest {
  private static final Stripe NARROW = stripe(2);
  private static final Stripe WIDE = stripe(8);

  @Test
  void shardsThatStandSideBySideAreReadAtOnce() {
    FileState file =
        file(
            40,
            new Extent(0, shard("a", 0, 10), 0, 10),
            new Extent(10, shard("b", 7, 10), 0, 10),
            new Extent(20, shard("a", 10, 10), 0, 10),
            new Extent(30, shard("a", 30, 10), 0, 10));

    ReadStep step = new ReadPlan(file, 0, 40, 1000).next();

    assertThat(step.ranges())
        .extracting(SegmentRange::segment, SegmentRange::position, SegmentRange::lengthBytes)
        .containsExactly(tuple("a", 0L, 20), tuple("a", 30L, 10), tuple("b", 7L, 10));
    assertThat(step.bufferBytes()).isEqualTo(40);
  }

  @Test
  void aShardThatAnOverlayCutInTwoIsReadOnce() {
    Shard cut = shard("a", 0, 10);
    FileState file =
        file(
            10,
            new Extent(0, cut, 0, 3),
            new Extent(3, shard("b", 0, 4), 0, 4),
            new Extent(7, cut, 7, 3));
    assertThat(new ReadPlan(file, 0, 10, 1000).next().bufferBytes()).isEqualTo(14);
  }

  @Test
  void refusesARangeThatTheFileDoesNotHave() {
    FileState file = file(10);
    assertThatThrownBy(() -> new ReadPlan(file, 0, 11, 8))
        .hasMessage("range 0-11 of /f, which has 10 bytes");
    assertThatThrownBy(() -> new ReadPlan(file, 3, 2, 8)).hasMessageContaining("range 3-2");
  }

  /** Any file, any range, any step size, with reads that fail: the bytes are those of the file. */
  @Property(tries = 300)
  void theBytesAreThoseOfTheFile(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 60) int stepBytes,
      @ForAll @IntRange(max = 3) int faults)
      throws IOException {
    Random random = new Random(seed);
    List<Extent> extents = new ArrayList<>();
    long at = 0;
    for (int i = random.nextInt(12); i > 0; i--) {
      at += random.nextInt(3) == 0 ? random.nextInt(9) : 0;
      int skip = random.nextInt(4);
      int take = 1 + random.nextInt(9);
      Shard shard =
          shard("s" + random.nextInt(2), 10L * extents.size(), skip + take + random.nextInt(3));
      extents.add(new Extent(at, shard, skip, take));
      at += take;
    }
    FileState file = file(at + random.nextInt(5), extents.toArray(Extent[]::new));
    byte[] expected = new byte[(int) file.size()];
    for (Extent extent : extents) {
      for (int i = 0; i < extent.take(); i++) {
        expected[(int) extent.start() + i] = stored(extent.shard(), extent.skip() + i);
      }
    }
    int from = random.nextInt(expected.length + 1);
    int to = from + random.nextInt(expected.length - from + 1);

    FakeShards shards = new FakeShards(random, faults);
    FilePump pump = new FilePump(shards, new ReadBuffers(stepBytes));

    Taken inOrder = new Taken(from, to);
    pump.run(new ReadPlan(file, from, to, stepBytes), inOrder::takeNext);
    assertThat(inOrder.bytes()).isEqualTo(Arrays.copyOfRange(expected, from, to));

    Taken byColumn = new Taken(from, to);
    pump.run(
        ColumnPlan.steps(file, from, to, stepBytes, shard -> anyPlace(shard, seed)),
        byColumn::take);
    assertThat(byColumn.bytes()).isEqualTo(Arrays.copyOfRange(expected, from, to));
  }

  /** The same for the same shard. */
  private static Optional<ColumnPlan.Place> anyPlace(Shard shard, long seed) {
    Random random = new Random(seed * 31 + shard.hashCode());
    Stripe stripe = random.nextBoolean() ? NARROW : WIDE;
    return random.nextInt(4) == 0
        ? Optional.empty()
        : Optional.of(
            new ColumnPlan.Place(
                stripe,
                1 + random.nextInt(3),
                random.nextInt((int) stripe.dataBytes()),
                random.nextBoolean()));
  }

  private static Stripe stripe(int dataStrips) {
    return new Stripe(
        "1-00000000000000aa-0-" + dataStrips,
        dataStrips,
        1,
        Stripe.BLOCK_BYTES,
        IntStream.rangeClosed(0, dataStrips).mapToObj(i -> "capacity-" + i).toList());
  }

  /** What a sink was given: every byte of a range exactly once. */
  private static final class Taken {
    private final int from;
    private final byte[] bytes;
    private final BitSet taken = new BitSet();

    private Taken(int from, int to) {
      this.from = from;
      this.bytes = new byte[to - from];
    }

    private void take(ByteBuffer given, long position) {
      int at = (int) position - from;
      assertThat(taken.nextSetBit(at))
          .satisfiesAnyOf(
              next -> assertThat(next).isEqualTo(-1),
              next -> assertThat(next).isGreaterThanOrEqualTo(at + given.remaining()));
      taken.set(at, at + given.remaining());
      given.get(bytes, at, given.remaining());
    }

    private void takeNext(ByteBuffer given, long position) {
      assertThat(position - from).isEqualTo(taken.cardinality());
      take(given, position);
    }

    private byte[] bytes() {
      assertThat(taken.cardinality()).isEqualTo(bytes.length);
      return bytes;
    }
  }

  /** Two of four strips are lost: their sources are the column, so it is read once, in order. */
  @Test
  void whatIsMostlyWantedOfADegradedStripeIsReadColumnByColumn() {
    int block = Stripe.BLOCK_BYTES;
    Stripe stripe =
        new Stripe("1-00000000000000aa-0-0", 4, 2, 2L * block, stripe(5).drives().subList(0, 6));
    List<Extent> extents = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      extents.add(new Extent((long) i * block, shard("a", (long) i * block, block), 0, block));
    }
    extents.add(new Extent(8L * block, shard("b", 0, block), 0, block));
    List<ReadStep> steps = new ArrayList<>();
    ColumnPlan.steps(
            file(9L * block, extents.toArray(Extent[]::new)),
            0,
            9L * block,
            4 * block,
            shard ->
                shard.segment().equals("b")
                    ? Optional.empty()
                    : Optional.of(
                        new ColumnPlan.Place(
                            stripe, block, shard.position(), shard.position() < 4L * block)))
        .forEachRemaining(steps::add);

    assertThat(
            steps.stream().flatMap(step -> step.pieces().stream()).map(piece -> piece.at() / block))
        .containsExactly(8L, 0L, 2L, 4L, 6L, 1L, 3L, 5L, 7L);
    assertThat(steps.stream().flatMap(step -> step.ranges().stream()).map(SegmentRange::way))
        .containsExactly(
            Way.ALONE,
            Way.BY_COLUMN,
            Way.BY_COLUMN,
            Way.BY_COLUMN,
            Way.BY_COLUMN,
            Way.BY_COLUMN,
            Way.BY_COLUMN,
            Way.BY_COLUMN,
            Way.BY_COLUMN);
  }

  /** One of 8 strips is wanted, and lost: its sources are all that is read either way. */
  @Test
  void aColumnOfWhichLittleIsWantedIsNotReadWhole() {
    FileState file = file(10, new Extent(0, shard("a", 0, 10), 0, 10));
    ColumnPlan.Place lost = new ColumnPlan.Place(WIDE, Stripe.BLOCK_BYTES, 0, true);
    ReadStep step = ColumnPlan.steps(file, 0, 10, 1000, shard -> Optional.of(lost)).next();
    assertThat(step.ranges()).extracting(SegmentRange::way).containsExactly(Way.ALONE);
  }

  private static byte stored(Shard shard, int index) {
    return (byte) (shard.segment().hashCode() * 31 + (shard.position() + index) * 7 + 1);
  }

  private static Shard shard(String segment, long position, int length) {
    return new Shard(segment, position, length, 0);
  }

  private static FileState file(long size, Extent... extents) {
    return new FileState("/f", size, 0, new Version(1, 1), List.of(extents));
  }

  /**
   * Fills what it is asked for; where it fails it also leaves rubbish, as a drive that hangs may.
   */
  private record FakeShards(Random random, int faults) implements ShardSource {
    @Override
    public CompletableFuture<Void> start(SegmentRange range, ByteBuffer target) {
      if (random.nextInt(4) < faults) {
        target.put((byte) 99);
        return CompletableFuture.failedFuture(new IOException("planted"));
      }
      recover(range, target);
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public void recover(SegmentRange range, ByteBuffer target) {
      assertThat(target.remaining()).isEqualTo(range.lengthBytes());
      for (Shard shard : range.shards()) {
        for (int i = 0; i < shard.length(); i++) {
          target.put(stored(shard, i));
        }
      }
    }
  }
}
