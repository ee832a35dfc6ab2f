package io.basalt.storage.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Stripe;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/** A stripe of random segments in memory, to be written and compared with. */
final class TestStripe {
  static final String ATTEMPT = "7-00000000000000aa";

  private final Stripe stripe;
  private final List<PackedSegment> segments = new ArrayList<>();
  private final Map<String, byte[]> packed = new HashMap<>();
  private final byte[] data;

  private TestStripe(Stripe stripe) {
    this.stripe = stripe;
    this.data = new byte[Math.toIntExact(stripe.dataBytes())];
  }

  /** A stripe on the first drives of the capacity tier, with segments of odd sizes and holes. */
  static TestStripe random(int number, int k, int m, int blocks, long seed) {
    TestStripe made = new TestStripe(stripe(number, k, m, blocks));
    Random random = new Random(seed);
    int at = 0;
    for (int i = 0; at < made.data.length; i++) {
      int most = Math.min(made.data.length - at, Stripe.BLOCK_BYTES * blocks * k / 3 + 1);
      int shards = random.nextInt(most);
      int index = random.nextInt(Math.min(most - shards, 500) + 1);
      made.add("%s-0-%d".formatted(ATTEMPT, i), at, shards, index, random);
      at += shards + index + (random.nextInt(3) == 0 ? random.nextInt(70_000) : 0);
    }
    return made;
  }

  static Stripe stripe(int number, int k, int m, int blocks) {
    return new Stripe(
        "%s-0-%d".formatted(ATTEMPT, number),
        k,
        m,
        (long) blocks * Stripe.BLOCK_BYTES,
        IntStream.range(0, k + m).mapToObj(i -> "capacity-" + i).toList());
  }

  private void add(String id, int offset, int shards, int index, Random random) {
    byte[] bytes = new byte[shards + index];
    random.nextBytes(bytes);
    System.arraycopy(bytes, 0, data, offset, bytes.length);
    long size = 1L << 30;
    segments.add(
        new PackedSegment(
            new SegmentLocation(id, List.of("scm-0", "scm-1"), size, shards, size - index),
            offset));
    packed.put(id, bytes);
  }

  Stripe stripe() {
    return stripe;
  }

  List<PackedSegment> segments() {
    return segments;
  }

  /** What a reader must see, zeros where no segment is. */
  byte[] data() {
    return data;
  }

  /** Reads a range with checks, which must be right. */
  void assertReads(StripeReader reader, int from, int length) throws IOException {
    byte[] found = new byte[length];
    reader.read(stripe, from, ByteBuffer.wrap(found));
    assertThat(Arrays.mismatch(found, 0, length, data, from, from + length))
        .as("first difference in bytes %d to %d", from, from + length)
        .isEqualTo(-1);
  }

  /** Whether the remaining bytes of a buffer are those that stand at a position. */
  boolean isAt(int position, ByteBuffer found) {
    return found.equals(ByteBuffer.wrap(data, position, found.remaining()));
  }

  /** Gives the packed bytes of the segments. */
  CompletableFuture<Void> read(SegmentLocation segment, long position, ByteBuffer target) {
    target.duplicate().put(packed.get(segment.segment()), (int) position, target.remaining());
    return CompletableFuture.completedFuture(null);
  }
}
