package io.basalt.storage.read;

import io.basalt.storage.commit.ArbiterException;
import io.basalt.storage.commit.RootFiles;
import io.basalt.storage.commit.Snapshot;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.leaf.LeafRef;
import io.basalt.storage.location.LocationMap;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.root.Root;
import io.basalt.storage.segment.SegmentReader;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.FileState;
import io.basalt.storage.tree.FoldedFiles;
import io.basalt.storage.tree.ListedFile;
import io.basalt.storage.tree.ListedState;
import io.basalt.storage.tree.PathRange;
import io.basalt.storage.tree.PathState;
import io.basalt.storage.tree.StorePath;
import io.basalt.storage.tree.Upload;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Reads the files of one root. Every byte was checked against its CRC32C before it is handed out; a
 * copy that fails is answered by the other mirror, or by the other strips of the stripe. Reads need
 * no Kafka and change nothing, except that a head found on too few drives is completed first.
 *
 * <p>A reader sees its root for ever. If the store drops that root meanwhile, a read fails with
 * "expired while it was read" and never with other bytes. Safe for several threads. Keeps files
 * open until it is closed; the drives stay the caller's.
 */
public final class StoreReader implements Closeable {
  /** Large enough for a drive to stream, small enough that a few stay in the processor's cache. */
  private static final int STEP_BYTES = 1 << 20;

  /** A reader completes a head on no more drives than make it final; committers do the rest. */
  private static final int FINAL_COPIES = 2;

  private final Root root;
  private final Levels levels;
  private final FilePump pump;
  private final Expiry expiry;
  private final SegmentReader segments;
  private final Locations locations;

  private StoreReader(DriveSet drives, Root root, Locations locations) {
    this.root = root;
    this.locations = locations;
    this.segments = new SegmentReader(drives, locations::stripe);
    this.levels = new Levels(root, locations, new MirroredFiles(drives), segments);
    this.expiry = new Expiry(root.number(), () -> head(drives));
    this.pump =
        new FilePump(new DriveShards(drives, segments, locations), new ReadBuffers(STEP_BYTES));
  }

  /** Opens the head. */
  public static StoreReader open(DriveSet drives) throws IOException {
    Root head = head(drives);
    return new StoreReader(drives, head, locations(drives, head));
  }

  /** Opens a root that the head keeps, or the head. */
  public static StoreReader open(DriveSet drives, Root root) throws IOException {
    return new StoreReader(drives, root, locations(drives, head(drives)));
  }

  /** The same for whoever has just read the head. */
  public static StoreReader open(DriveSet drives, Snapshot snapshot) throws IOException {
    return new StoreReader(drives, snapshot.root(), locations(drives, snapshot.head()));
  }

  private static Root head(DriveSet drives) throws IOException {
    try {
      return new RootFiles(drives, FINAL_COPIES).head();
    } catch (ArbiterException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private static Locations locations(DriveSet drives, Root head) throws IOException {
    MirroredFiles files = new MirroredFiles(drives);
    return new Locations(LocationMap.load(files, head), old -> old.reload(files, head(drives)));
  }

  public Root root() {
    return root;
  }

  /** The file, or empty if there is none. */
  public Optional<FileState> stat(String path) throws IOException {
    return state(path).file();
  }

  /** Parts of an upload of the path that is not published; empty if there are none. */
  public Optional<Upload> pendingUpload(String path, String upload) throws IOException {
    return state(path).pending(upload);
  }

  private PathState state(String path) throws IOException {
    return expiry.explained(
        () -> {
          Iterator<PathState> found = levels.states(PathRange.exactly(path));
          return found.hasNext() ? found.next() : PathState.none(path);
        });
  }

  /** The files of these paths, in order; the iterator throws UncheckedIOException. */
  public Iterator<FileState> files(PathRange paths) throws IOException {
    return expiry.explained(
        expiry.explained(() -> new FoldedFiles<>(levels.states(paths), PathState::file)));
  }

  /** The same without extents, which are not even read: a fraction of the work. */
  public Iterator<ListedFile> listed(PathRange paths) throws IOException {
    return expiry.explained(
        expiry.explained(() -> new FoldedFiles<>(levels.listed(paths), ListedState::file)));
  }

  /**
   * The files that some leaves hold and those that changed since leaves were made, in order, as
   * {@link #listed(PathRange)} gives them.
   *
   * @param leaves by path; each one that holds a path of an event since is among them
   */
  Iterator<ListedFile> listed(List<LeafRef> leaves) throws IOException {
    return expiry.explained(
        expiry.explained(() -> new FoldedFiles<>(levels.listed(leaves), ListedState::file)));
  }

  /** What the leaves hold of these paths, in order; iterators throw UncheckedIOException. */
  public Iterator<PathState> settled(PathRange paths) throws IOException {
    return levels.settled(paths);
  }

  /** The events of these paths that are not in the leaves, by (path, version). */
  public Iterator<Event> since(PathRange paths) throws IOException {
    return levels.since(paths);
  }

  /**
   * The paths that changed since the leaves were made, in order; the iterator throws
   * UncheckedIOException. Leaves that hold none of them are not read.
   */
  public Iterator<PathChange> changes() throws IOException {
    return expiry.explained(expiry.explained(levels::changes));
  }

  /** All leaves, by path. */
  public Iterator<LeafRef> leaves() throws IOException {
    return levels.leaves();
  }

  /**
   * Gives the paths of all events that are not in the leaves to the sink, level by level, each
   * ascending. A level is opened after the one before was taken: one is in memory at a time.
   */
  public void changed(Consumer<Iterator<String>> level) throws IOException {
    levels.changed(level);
  }

  /**
   * The file at the prefix, if there is one, then what is below it, in the order of paths: its
   * children, or all files if recursive. {@code /} lists the whole store. Lazy; what fails while it
   * is consumed is an UncheckedIOException.
   *
   * @throws IllegalArgumentException if the prefix is neither {@code /} nor a path
   */
  public Stream<ListEntry> list(String prefix, boolean recursive) throws IOException {
    String directory = StorePath.directory(prefix);
    Stream<ListEntry> below =
        stream(
            new Listing(
                this::listed, directory, recursive ? Listing.Depth.ALL : Listing.Depth.CHILDREN));
    if (directory.equals("/")) {
      return below;
    }
    PathRange itself = PathRange.exactly(directory.substring(0, directory.length() - 1));
    return Stream.concat(stream(listed(itself)).map(ListEntry.File::new), below);
  }

  static <T> Stream<T> stream(Iterator<T> elements) {
    return StreamSupport.stream(
        Spliterators.spliteratorUnknownSize(elements, Spliterator.ORDERED | Spliterator.NONNULL),
        false);
  }

  /**
   * Writes bytes [from, to) of the file to the sink. Several may be read at once.
   *
   * @throws IllegalArgumentException if the file has no such range
   * @throws IOException if both copies of a shard fail, or too many strips of a stripe; the sink
   *     may then have taken bytes before it
   */
  public void read(FileState file, long from, long to, WritableByteChannel sink)
      throws IOException {
    run(new ReadPlan(file, from, to, STEP_BYTES), (bytes, position) -> drain(bytes, sink));
  }

  private static void drain(ByteBuffer bytes, WritableByteChannel sink) throws IOException {
    while (bytes.hasRemaining()) {
      sink.write(bytes);
    }
  }

  /**
   * Gives bytes [from, to) of the file to the sink, each once, in the order that costs the drives
   * least: with drives missing that is several times less than the order of the file.
   *
   * @throws IllegalArgumentException if the file has no such range
   * @throws IOException as {@link #read(FileState, long, long, WritableByteChannel)}
   */
  public void readInAnyOrder(FileState file, long from, long to, FileSink sink) throws IOException {
    DegradedPlaces places = new DegradedPlaces(locations, segments.stripes());
    run(ColumnPlan.steps(file, from, to, STEP_BYTES, places), sink);
  }

  private void run(Iterator<? extends Step> steps, FileSink sink) throws IOException {
    expiry.explained(
        () -> {
          pump.run(steps, sink);
          return null;
        });
  }

  /** Writes the whole file to the sink. */
  public void read(FileState file, WritableByteChannel sink) throws IOException {
    read(file, 0, file.size(), sink);
  }

  /** Bytes that this reader computed because their strip was lost or wrong. */
  public long reconstructedBytes() {
    return segments.stripes().reconstructedBytes();
  }

  @Override
  public void close() throws IOException {
    segments.close();
  }
}
