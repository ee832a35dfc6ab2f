package io.basalt.storage.run;

import io.basalt.storage.table.PathFilter;
import io.basalt.storage.table.RowColumns;
import io.basalt.storage.table.TableReader;
import io.basalt.storage.tree.Covered;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.EventKey;
import io.basalt.storage.tree.EventSource;
import io.basalt.storage.tree.PathRange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.List;
import org.apache.parquet.schema.MessageType;

/**
 * Reads one run, whose bytes were verified before. Row groups and pages that cannot hold a wanted
 * path are left out by their statistics, and a run by its Bloom filters. Safe for several threads;
 * each iterator belongs to one.
 */
public final class RunReader implements EventSource {
  private final TableReader<Event> rows;
  private final Covered covered;

  /** A reader of the run {@code name}, which must not change the bytes from position to limit. */
  public RunReader(String name, ByteBuffer bytes) {
    this(name, bytes, new Covered(List.of()));
  }

  /** The same, which leaves out the events that are covered. */
  public RunReader(String name, ByteBuffer bytes, Covered covered) {
    this.rows = new TableReader<>(RunFormat.TABLE, name, bytes);
    this.covered = covered;
  }

  /** What the run's Bloom filters say of its paths. */
  public PathFilter filter() throws IOException {
    return rows.filter();
  }

  /**
   * Events of these paths, by (path, version). The iterator throws {@link UncheckedIOException}.
   *
   * @throws io.basalt.storage.UnsupportedFormatException if a newer program wrote the run
   */
  @Override
  public Iterator<Event> events(PathRange paths) throws IOException {
    return events(paths, RunFormat.COLUMNS, EventColumns.events());
  }

  /**
   * The same events for folds that keep no extents: their shards have a length and no place, which
   * is not decoded.
   */
  public Iterator<Event> sizes(PathRange paths) throws IOException {
    return events(paths, RunFormat.SIZE_COLUMNS, EventColumns.sizes());
  }

  private Iterator<Event> events(PathRange paths, MessageType schema, RowColumns<Event> columns)
      throws IOException {
    return rows.rows(paths, schema, columns, event -> !covered.test(event));
  }

  /** The keys of all events, in order: a fraction of the work of reading them. */
  public Iterator<EventKey> keys() throws IOException {
    return rows.rows(
        PathRange.ALL, RunFormat.KEY_COLUMNS, EventColumns.keys(), key -> !covered.holds(key));
  }
}
