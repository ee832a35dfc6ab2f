package io.basalt.storage.run;

import io.basalt.storage.UnsupportedFormatException;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.EventSource;
import io.basalt.storage.tree.PathRange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.filter2.compat.FilterCompat;
import org.apache.parquet.filter2.predicate.FilterApi;
import org.apache.parquet.filter2.predicate.FilterPredicate;
import org.apache.parquet.filter2.predicate.Operators.BinaryColumn;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.MessageColumnIO;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.io.api.Binary;

/**
 * Reads one run, whose bytes were verified before. Row groups and pages that cannot hold a wanted
 * path are left out by their statistics. Immutable; each iterator belongs to one thread.
 */
public final class RunReader implements EventSource {
  private static final BinaryColumn PATH = FilterApi.binaryColumn(RunSchema.column(RunSchema.PATH));

  private final String name;
  private final MemoryInputFile file;

  /** A reader of the run {@code name}, which must not change the bytes from position to limit. */
  public RunReader(String name, ByteBuffer bytes) {
    this.name = name;
    this.file = new MemoryInputFile(name, bytes.slice());
  }

  /**
   * Events of these paths, by (path, version). The iterator throws {@link UncheckedIOException}.
   *
   * @throws UnsupportedFormatException if a newer program wrote the run
   */
  @Override
  public Iterator<Event> events(PathRange paths) throws IOException {
    ParquetReadOptions options =
        ParquetReadOptions.builder(new PlainParquetConfiguration())
            .withCodecFactory(new ZstdCodecs())
            .withRecordFilter(FilterCompat.get(predicate(paths)))
            .useStatsFilter(true)
            .useColumnIndexFilter(true)
            .useDictionaryFilter(false)
            .useBloomFilter(false)
            .usePageChecksumVerification(false)
            .build();
    ParquetFileReader reader = ParquetFileReader.open(file, options);
    checkVersion(reader);
    return new Events(reader, paths);
  }

  private void checkVersion(ParquetFileReader reader) throws IOException {
    String version = reader.getFileMetaData().getKeyValueMetaData().get(RunSchema.VERSION_KEY);
    if (version == null) {
      throw new IOException(name + " is a Parquet file but not a run: it has no format version");
    }
    int found = Integer.parseInt(version);
    if (found > RunSchema.VERSION) {
      throw new UnsupportedFormatException(name, RunSchema.VERSION, found);
    }
  }

  private static FilterPredicate predicate(PathRange paths) {
    Binary text = Binary.fromString(paths.text());
    return switch (paths.kind()) {
      case EXACT -> FilterApi.eq(PATH, text);
      case PREFIX ->
          FilterApi.and(FilterApi.gtEq(PATH, text), FilterApi.lt(PATH, after(paths.text())));
    };
  }

  /**
   * Stands after all that start with the prefix: no byte of UTF-8 is 0xff, so the last one can
   * grow.
   */
  private static Binary after(String prefix) {
    byte[] bytes = prefix.getBytes(StandardCharsets.UTF_8);
    bytes[bytes.length - 1]++;
    return Binary.fromConstantByteArray(bytes);
  }

  private static final class Events implements Iterator<Event> {
    private final ParquetFileReader reader;
    private final PathRange paths;
    private final MessageColumnIO columns = new ColumnIOFactory().getColumnIO(RunSchema.MESSAGE);
    private RecordReader<Event> rows;
    private long left;
    private Event next;

    private Events(ParquetFileReader reader, PathRange paths) {
      this.reader = reader;
      this.paths = paths;
      advance();
    }

    @Override
    public boolean hasNext() {
      return next != null;
    }

    @Override
    public Event next() {
      if (next == null) {
        throw new NoSuchElementException();
      }
      Event event = next;
      advance();
      return event;
    }

    private void advance() {
      next = null;
      while (left > 0 || nextRowGroup()) {
        Event row = rows.read();
        left--;
        int order = paths.compare(row.path());
        if (order > 0) {
          left = 0;
          return;
        }
        if (order == 0) {
          next = row;
          return;
        }
      }
    }

    private boolean nextRowGroup() {
      try {
        PageReadStore pages = reader.readNextFilteredRowGroup();
        if (pages == null) {
          reader.close();
          return false;
        }
        rows = columns.getRecordReader(pages, new EventMaterializer());
        left = pages.getRowCount();
        return left > 0 || nextRowGroup();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
