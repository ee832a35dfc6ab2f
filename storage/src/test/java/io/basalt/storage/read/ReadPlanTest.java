package io.basalt.storage.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import io.basalt.storage.read.ReadStep.SegmentRange;
import io.basalt.storage.tree.Extent;
import io.basalt.storage.tree.FileState;
import io.basalt.storage.tree.Shard;
import io.basalt.storage.tree.Version;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ReadPlanTest {
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

    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    FakeShards shards = new FakeShards(random, faults);
    new FilePump(shards, new ReadBuffers(stepBytes))
        .run(new ReadPlan(file, from, to, stepBytes), Channels.newChannel(bytes));

    assertThat(bytes.toByteArray()).isEqualTo(Arrays.copyOfRange(expected, from, to));
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
