package io.basalt.storage.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import io.basalt.storage.Crc32c;
import io.basalt.storage.read.ColumnStep.ShardPiece;
import io.basalt.storage.read.ReadStep.SegmentRange;
import io.basalt.storage.root.Stripe;
import io.basalt.storage.stripe.StripeColumn;
import io.basalt.storage.stripe.StripeColumns;
import io.basalt.storage.tree.Extent;
import io.basalt.storage.tree.FileState;
import io.basalt.storage.tree.Shard;
import io.basalt.storage.tree.Version;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
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

    extents.stream().map(Extent::shard).distinct().forEach(shards::placeSomewhere);
    Taken byColumn = new Taken(from, to);
    pump.run(ColumnPlan.steps(file, from, to, stepBytes, shards::place), byColumn::take);
    assertThat(byColumn.bytes()).isEqualTo(Arrays.copyOfRange(expected, from, to));
    assertThat(shards.columnsInUse).isZero();
    assertThat(shards.stripesInUse).isZero();
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

    List<Step> steps =
        steps(
            file(9L * block, extents.toArray(Extent[]::new)),
            shard ->
                shard.segment().equals("b")
                    ? Optional.empty()
                    : Optional.of(
                        new ColumnPlan.Place(
                            stripe, block, shard.position(), shard.position() < 4L * block)));

    assertThat(steps).hasSize(4);
    assertThat(((ReadStep) steps.get(1)).ranges())
        .extracting(SegmentRange::segment)
        .containsExactly("b");
    for (int column = 0; column < 2; column++) {
      ColumnStep step = (ColumnStep) steps.get(2 + column);
      assertThat(step.number()).isEqualTo(column);
      assertThat(step.pieces())
          .extracting(ShardPiece::strip, ShardPiece::at, ShardPiece::length)
          .containsExactly(
              tuple(0, 0, block), tuple(1, 0, block), tuple(2, 0, block), tuple(3, 0, block));
    }
  }

  /** The first of two strips is lost; a column of 10 bytes of it needs both, whatever is wanted. */
  @Test
  void aShardThatReachesOverTheEndOfAColumnHasAPieceInEach() {
    Extent before = new Extent(0, shard("before", 0, 7), 0, 7);
    Extent across = new Extent(7, shard("across", 0, 25), 0, 25);
    Extent after = new Extent(32, shard("after", 0, 8), 0, 8);
    Extent beside = new Extent(40, shard("beside", 0, 40), 0, 40);
    Function<Shard, Optional<ColumnPlan.Place>> places =
        shard ->
            Optional.of(
                switch (shard.segment()) {
                  case "before" -> new ColumnPlan.Place(NARROW, 10, 0, true);
                  case "across" -> new ColumnPlan.Place(NARROW, 10, 7, true);
                  case "after" -> new ColumnPlan.Place(NARROW, 10, 32, true);
                  default -> new ColumnPlan.Place(NARROW, 10, NARROW.stripBytes(), false);
                });

    assertThat(
            steps(file(80, before, across, after, beside), places).stream()
                .filter(ColumnStep.class::isInstance)
                .flatMap(step -> ((ColumnStep) step).pieces().stream())
                .filter(piece -> piece.wanted().shard().equals(across.shard())))
        .extracting(ShardPiece::from, ShardPiece::length, ShardPiece::at, ShardPiece::following)
        .containsExactly(
            tuple(0, 3, 7, 22), tuple(3, 10, 0, 12), tuple(13, 10, 0, 2), tuple(23, 2, 0, 0));
    // Little is wanted of the first column and the last, so the shard is read alone.
    assertThat(steps(file(80, across, beside), places)).hasOnlyElementsOfType(ReadStep.class);
  }

  private static List<Step> steps(
      FileState file, Function<Shard, Optional<ColumnPlan.Place>> places) {
    List<Step> steps = new ArrayList<>();
    ColumnPlan.steps(file, 0, file.size(), 1 << 20, places).forEachRemaining(steps::add);
    return steps;
  }

  /** One of 8 strips is wanted, and lost: its sources are all that is read either way. */
  @Test
  void aColumnOfWhichLittleIsWantedIsNotReadWhole() {
    FileState file = file(10, new Extent(0, shard("a", 0, 10), 0, 10));
    ColumnPlan.Place lost = new ColumnPlan.Place(WIDE, Stripe.BLOCK_BYTES, 0, true);
    assertThat(steps(file, shard -> Optional.of(lost))).hasOnlyElementsOfType(ReadStep.class);
  }

  private static byte stored(Shard shard, int index) {
    return (byte) (shard.segment().hashCode() * 31 + (shard.position() + index) * 7 + 1);
  }

  private static Shard shard(String segment, long position, int length) {
    Shard unchecked = new Shard(segment, position, length, 0);
    ByteBuffer bytes = ByteBuffer.allocate(length);
    for (int i = 0; i < length; i++) {
      bytes.put(i, stored(unchecked, i));
    }
    return new Shard(segment, position, length, Crc32c.of(bytes));
  }

  private static FileState file(long size, Extent... extents) {
    return new FileState("/f", size, 0, new Version(1, 1), List.of(extents));
  }

  /**
   * Fills what it is asked for; where it fails it also leaves rubbish, as a drive that hangs may.
   */
  private static final class FakeShards implements ShardSource {
    private final Random random;
    private final int faults;
    private final Map<Shard, ColumnPlan.Place> places = new HashMap<>();
    private final Map<Stripe, byte[]> stripes = new HashMap<>();
    private final int columnBytes;
    private int columnsInUse;
    private int stripesInUse;

    private FakeShards(Random random, int faults) {
      this.random = random;
      this.faults = faults;
      this.columnBytes = 1 + random.nextInt(5);
    }

    /** Places in a strip do not overlap. */
    private void placeSomewhere(Shard shard) {
      if (random.nextInt(4) == 0) {
        return;
      }
      Stripe stripe = random.nextBoolean() ? NARROW : WIDE;
      byte[] data = stripes.computeIfAbsent(stripe, made -> new byte[(int) made.dataBytes()]);
      int strip = random.nextInt(stripe.dataStrips());
      int offset = strip * (int) stripe.stripBytes();
      for (ColumnPlan.Place other : places.values()) {
        boolean same = other.stripe() == stripe && other.offset() / stripe.stripBytes() == strip;
        offset = same ? Math.max(offset, (int) other.offset() + 40) : offset;
      }
      offset += random.nextInt(3);
      for (int i = 0; i < shard.length(); i++) {
        data[offset + i] = stored(shard, i);
      }
      places.put(shard, new ColumnPlan.Place(stripe, columnBytes, offset, random.nextInt(3) > 0));
    }

    private Optional<ColumnPlan.Place> place(Shard shard) {
      return Optional.ofNullable(places.get(shard));
    }

    private boolean fails() {
      return random.nextInt(4) < faults;
    }

    @Override
    public CompletableFuture<Void> start(SegmentRange range, ByteBuffer target) {
      if (fails()) {
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

    @Override
    public StripeColumns columns(Stripe stripe) {
      stripesInUse++;
      return new StripeColumns() {
        @Override
        public CompletableFuture<StripeColumn> start(int number, Arrivals arrivals) {
          if (fails()) {
            return CompletableFuture.failedFuture(new IOException("planted"));
          }
          columnsInUse++;
          FakeColumn column = new FakeColumn(stripe, number, fails());
          int length = (int) Math.min(columnBytes, stripe.stripBytes() - number * columnBytes);
          for (int strip = 0; strip < stripe.dataStrips(); strip++) {
            arrivals.arrived(strip, column.slice(strip, 0, length));
          }
          return CompletableFuture.completedFuture(column);
        }

        @Override
        public void close() {
          stripesInUse--;
        }
      };
    }

    /** Some are wrong; and one that was released has other bytes. */
    private final class FakeColumn implements StripeColumn {
      private final Stripe stripe;
      private final byte[] data;
      private final int number;
      private boolean isReleased;

      private FakeColumn(Stripe stripe, int number, boolean isWrong) {
        this.stripe = stripe;
        this.data = stripes.get(stripe).clone();
        this.number = number;
        if (isWrong) {
          Arrays.fill(data, (byte) 98);
        }
      }

      @Override
      public ByteBuffer slice(int strip, int at, int length) {
        assertThat(at + length).isLessThanOrEqualTo(columnBytes);
        int from = strip * (int) stripe.stripBytes() + number * columnBytes + at;
        return ByteBuffer.wrap(data).slice(from, length);
      }

      @Override
      public void release() {
        assertThat(isReleased).isFalse();
        isReleased = true;
        Arrays.fill(data, (byte) 97);
        columnsInUse--;
      }
    }
  }
}
