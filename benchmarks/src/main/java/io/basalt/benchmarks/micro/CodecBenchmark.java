package io.basalt.benchmarks.micro;

import io.basalt.storage.ingest.Range;
import io.basalt.storage.segment.IndexBlock;
import io.basalt.storage.segment.IndexBlockCodec;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.FileState;
import io.basalt.storage.tree.Fold;
import io.basalt.storage.tree.Op;
import io.basalt.storage.tree.Shard;
import io.basalt.storage.tree.Version;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Checksum and copy of a 64 KiB record; index block and fold of a thousand events. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 3, time = 2)
@Fork(1)
public class CodecBenchmark {
  private static final int RECORD_BYTES = 64 << 10;
  private static final int EVENTS = 1000;
  private static final int EVENT_BYTES = 512;

  private final ByteBuffer record = ByteBuffer.allocate(RECORD_BYTES);
  private final ByteBuffer copy = ByteBuffer.allocateDirect(RECORD_BYTES);
  private final ByteBuffer block = ByteBuffer.allocateDirect(EVENTS * EVENT_BYTES);
  private final List<Event> ofManyFiles = new ArrayList<>();
  private final List<Event> ofOneFile = new ArrayList<>();

  @Setup
  public void fill() {
    new Random(1).nextBytes(record.array());
    for (int i = 0; i < EVENTS; i++) {
      ofManyFiles.add(event("/directory/file-" + i, i, Op.PUT, 0));
      ofOneFile.add(event("/file", i, Op.WRITE, (i * 7919L) % EVENTS * 4096));
    }
  }

  private static Event event(String path, int offset, Op op, long position) {
    return new Event(
        path,
        new Version(1, offset),
        0,
        1_700_000_000_000L,
        op,
        position,
        Optional.empty(),
        List.of(new Shard("1-0123456789abcdef-0-1", offset * 8192L, 8192, offset)));
  }

  /** The roof of {@link #checksumAndCopy}. */
  @Benchmark
  public ByteBuffer copy() {
    return copy.clear().put(record.duplicate().clear());
  }

  @Benchmark
  public long checksumAndCopy() {
    copy.clear().put(record.duplicate().clear());
    CRC32C crc = new CRC32C();
    crc.update(copy.flip());
    return crc.getValue();
  }

  @Benchmark
  public ByteBuffer encodeIndexBlockOfThousandEvents() {
    IndexBlock index =
        new IndexBlock(
            "1-0123456789abcdef-0-1", List.of(new Range(1, 0, 0, EVENTS, -1)), ofManyFiles);
    block.clear();
    IndexBlockCodec.encode(index, EVENTS * 8192L, block);
    return block;
  }

  @Benchmark
  public Optional<FileState> foldThousandOverlays() {
    return Fold.file("/file", ofOneFile);
  }
}
