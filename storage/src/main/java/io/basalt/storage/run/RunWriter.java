package io.basalt.storage.run;

import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.PathOrder;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/**
 * Encodes one run. Events come sorted by {@link PathOrder#EVENTS}, each once; {@link #finish} ends
 * it. Pages are small, so that looking up one path decodes few rows: the page index leads there.
 * Belongs to one thread.
 */
public final class RunWriter implements AutoCloseable {
  private static final int ROWS_PER_PAGE = 1024;
  private static final int PAGE_BYTES = 64 << 10;
  private static final long ROW_GROUP_BYTES = 32L << 20;

  private final MemoryOutputFile file = new MemoryOutputFile();
  private final ParquetWriter<Event> writer;
  private Event first;
  private Event last;
  private long rows;

  public RunWriter() throws IOException {
    writer = new Builder(file).build();
  }

  /** Encodes these events as one run. */
  public static EncodedRun encode(Iterable<Event> sorted) throws IOException {
    try (RunWriter writer = new RunWriter()) {
      for (Event event : sorted) {
        writer.add(event);
      }
      return writer.finish();
    }
  }

  /**
   * Adds the next event.
   *
   * @throws IllegalStateException if it does not stand after the last one
   */
  public void add(Event event) throws IOException {
    if (last != null && PathOrder.EVENTS.compare(last, event) >= 0) {
      throw new IllegalStateException(
          "rows of a run ascend: %s %s after %s %s"
              .formatted(event.path(), event.version(), last.path(), last.version()));
    }
    if (first == null) {
      first = event;
    }
    writer.write(event);
    last = event;
    rows++;
  }

  /** Ends the run, which must not be empty. */
  public EncodedRun finish() throws IOException {
    if (rows == 0) {
      throw new IllegalStateException("a run has at least one row");
    }
    writer.close();
    return new EncodedRun(file.toByteBuffer(), rows, first.path(), last.path());
  }

  @Override
  public void close() throws IOException {
    writer.close();
  }

  private static final class Builder extends ParquetWriter.Builder<Event, Builder> {
    private Builder(MemoryOutputFile file) {
      super(file);
      withConf(new PlainParquetConfiguration());
      withCodecFactory(new ZstdCodecs());
      withCompressionCodec(CompressionCodecName.ZSTD);
      withWriterVersion(WriterVersion.PARQUET_2_0);
      withRowGroupSize(ROW_GROUP_BYTES);
      withPageSize(PAGE_BYTES);
      withPageRowCountLimit(ROWS_PER_PAGE);
      // Sorted paths share prefixes, which delta encoding stores once; a dictionary would hold them
      // all.
      withDictionaryEncoding(RunSchema.column(RunSchema.PATH), false);
    }

    @Override
    protected Builder self() {
      return this;
    }

    @Override
    protected WriteSupport<Event> getWriteSupport(Configuration configuration) {
      return new EventWriteSupport();
    }

    @Override
    protected WriteSupport<Event> getWriteSupport(ParquetConfiguration configuration) {
      return new EventWriteSupport();
    }
  }
}
