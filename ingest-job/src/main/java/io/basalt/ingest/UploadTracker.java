package io.basalt.ingest;

import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.ingest.Published;
import io.basalt.storage.read.StoreReader;
import io.basalt.storage.root.PartitionOffset;
import io.basalt.storage.root.Root;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.Shard;
import io.basalt.storage.tree.Upload;
import io.basalt.storage.tree.Version;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Knows the parts of every upload that a writer may be asked to publish: those in the tree at the
 * root that the writer began with, and those it has seen since. What the tree holds is looked up in
 * the background when an upload is first seen, so that it is there when the upload is published.
 *
 * <p>Owned by one thread.
 */
final class UploadTracker implements AutoCloseable {
  /** Looks up the parts of an upload that are pending in the tree; called from another thread. */
  interface Tree {
    List<Event> parts(String path, String upload) throws IOException;
  }

  private record Key(String path, String upload) {}

  private static final class Parts {
    private CompletableFuture<List<Event>> before;
    private long seenAt;
    private final List<Event> since = new ArrayList<>();
    private Event last;
  }

  private final ExecutorService lookups =
      new ThreadPoolExecutor(
          0, 1, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), UploadTracker::thread);
  private final Map<Key, Parts> uploads = new HashMap<>();
  private final List<Published> published = new ArrayList<>();
  private Tree tree;
  private long root;

  /**
   * A tracker.
   *
   * @param root number of the root that the tree is of
   */
  UploadTracker(Tree tree, long root) {
    this.tree = tree;
    this.root = root;
  }

  /** A tracker that begins at a root; one that holds no events is never read. */
  static UploadTracker of(DriveSet drives, Root root) {
    return new UploadTracker(tree(drives, root), root.number());
  }

  private static Tree tree(DriveSet drives, Root root) {
    if (root.tails().isEmpty() && root.runs().isEmpty() && root.tree().isEmpty()) {
      return (path, upload) -> List.of();
    }
    return new Tree() {
      private StoreReader reader;

      @Override
      public List<Event> parts(String path, String upload) throws IOException {
        if (reader == null) {
          reader = StoreReader.open(drives, root);
        }
        return reader.pendingUpload(path, upload).map(Upload::parts).orElse(List.of());
      }
    };
  }

  private static Thread thread(Runnable task) {
    Thread thread = new Thread(task, "basalt-upload-lookups");
    thread.setDaemon(true);
    return thread;
  }

  /** How many uploads are remembered. */
  int size() {
    return uploads.size();
  }

  /** Notes a part; the event has no shards yet. */
  void part(Event event, int length) {
    Parts parts = parts(event);
    // Only the length counts, and where the bytes go is not known before they are staged.
    parts.since.add(
        event.withShards(length == 0 ? List.of() : List.of(new Shard("", 0, length, 0))));
    parts.last = event;
  }

  /**
   * Publishes, if the parts are exactly one whole; they are consumed then.
   *
   * @return why not, or empty
   * @throws IOException if the tree could not be read
   */
  Optional<String> publish(Event event) throws IOException {
    Parts parts = parts(event);
    List<Event> all = new ArrayList<>(await(parts.before));
    all.addAll(parts.since);
    Optional<String> reason =
        new Upload(event.upload().orElseThrow(), all).incomplete(event.position());
    if (reason.isEmpty()) {
      note(all, parts.seenAt);
      parts.before = CompletableFuture.completedFuture(List.of());
      parts.since.clear();
      parts.last = event;
    }
    return reason;
  }

  /** What the commit of the publish has to compare with what compaction dropped meanwhile. */
  private void note(List<Event> parts, long seenAt) {
    Map<Integer, PartitionOffset> oldest = new HashMap<>();
    for (Event part : parts) {
      Version version = part.version();
      oldest.merge(
          version.incarnation(),
          new PartitionOffset(version.incarnation(), part.partition(), version.offset()),
          (a, b) -> a.offset() <= b.offset() ? a : b);
    }
    oldest.values().forEach(part -> published.add(new Published(part, seenAt)));
  }

  /** What was published since the last call. */
  List<Published> takePublished() {
    List<Published> taken = List.copyOf(published);
    published.clear();
    return taken;
  }

  private Parts parts(Event event) {
    Key key = new Key(event.path(), event.upload().orElseThrow());
    Parts parts = uploads.computeIfAbsent(key, unseen -> look(unseen));
    if (parts.last == null) {
      parts.last = event;
    }
    return parts;
  }

  private Parts look(Key key) {
    Parts parts = new Parts();
    Tree at = tree;
    parts.seenAt = root;
    parts.before =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return at.parts(key.path(), key.upload());
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            },
            lookups);
    return parts;
  }

  private static List<Event> await(CompletableFuture<List<Event>> future) throws IOException {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while an upload was looked up");
    } catch (ExecutionException e) {
      throw new IOException("an upload cannot be looked up: " + e.getMessage(), e.getCause());
    }
  }

  /**
   * Goes on from a later root and forgets the uploads that it holds in full.
   *
   * @param next per partition, the position of that root
   */
  void rebase(DriveSet drives, Root root, Map<Integer, Long> next) {
    tree = tree(drives, root);
    this.root = root.number();
    uploads
        .values()
        .removeIf(
            parts ->
                parts.last.version().offset()
                    < next.getOrDefault(parts.last.partition(), Long.MIN_VALUE));
  }

  @Override
  public void close() {
    lookups.shutdownNow();
  }
}
