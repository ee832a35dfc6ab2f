package io.basalt.ingest;

import io.basalt.storage.DaemonThreads;
import io.basalt.storage.ingest.Published;
import io.basalt.storage.root.PartitionOffset;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.Shard;
import io.basalt.storage.tree.Upload;
import io.basalt.storage.tree.Version;
import java.io.Closeable;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows the parts of every upload that a writer may be asked to publish: those in the tree that
 * came before what the writer has seen, and those it has seen. What the tree holds is looked up in
 * the background when an upload is first seen, so that it is there when the upload is published.
 *
 * <p>Owned by one thread.
 */
final class UploadTracker implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(UploadTracker.class);

  /**
   * What the tree holds of an upload.
   *
   * @param root number of the root that says so
   */
  record Found(List<Event> parts, long root) {}

  /**
   * Looks up the parts of an upload that are pending in the tree of a root, or of a later one;
   * called from another thread, and not after it was closed.
   */
  interface Tree extends Closeable {
    Found parts(String path, String upload) throws IOException;
  }

  private record Key(String path, String upload) {}

  private static final class Parts {
    private CompletableFuture<Found> before;
    private final List<Event> since = new ArrayList<>();
    private Event last;

    private Parts(CompletableFuture<Found> before, Event first) {
      this.before = before;
      this.last = first;
    }
  }

  private final ExecutorService lookups =
      new ThreadPoolExecutor(
          0,
          1,
          10,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(),
          DaemonThreads.named("basalt-upload-lookups"));
  private final Map<Key, Parts> uploads = new HashMap<>();
  private final List<Published> published = new ArrayList<>();
  private Tree tree;

  /** A tracker that begins at the root of this tree. */
  UploadTracker(Tree tree) {
    this.tree = tree;
  }

  /** The end of a tree that a later one has replaced. */
  private record Closing(Tree tree) implements Runnable {
    @Override
    public void run() {
      try {
        tree.close();
      } catch (IOException e) {
        // What was only read loses nothing when it does not close.
        LOG.info("a tree that uploads were looked up in does not close: {}", e.toString());
      }
    }
  }

  /** How many uploads are remembered. */
  int size() {
    return uploads.size();
  }

  /** Notes a part; the event has no shards yet. */
  void part(Event event, int length) {
    Parts parts = parts(event);
    // Only the length counts, and where the bytes go is not known before they are staged.
    parts.since.add(event.withShards(length == 0 ? List.of() : List.of(Shard.ofLength(length))));
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
    Found before = await(parts.before);
    List<Event> all = new ArrayList<>(before.parts());
    all.addAll(parts.since);
    Optional<String> reason =
        new Upload(event.upload().orElseThrow(), all).incomplete(event.position());
    if (reason.isEmpty()) {
      note(all, before.root());
      parts.before = CompletableFuture.completedFuture(new Found(List.of(), before.root()));
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
    return uploads.computeIfAbsent(key, unseen -> new Parts(look(unseen, event.version()), event));
  }

  /** By now the tree may be of a root that holds this event, and others that are seen here too. */
  private CompletableFuture<Found> look(Key key, Version first) {
    Tree at = tree;
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            Found found = at.parts(key.path(), key.upload());
            return new Found(
                found.parts().stream().filter(p -> p.version().compareTo(first) < 0).toList(),
                found.root());
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        },
        lookups);
  }

  private static Found await(CompletableFuture<Found> future) throws IOException {
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
   * @param later the tree of that root
   * @param next per partition, the position of that root
   */
  void rebase(Tree later, Map<Integer, Long> next) {
    Tree before = tree;
    tree = later;
    // Behind the lookups that were begun with it: they would open it again, and nobody close it.
    lookups.execute(new Closing(before));
    uploads
        .values()
        .removeIf(
            parts ->
                parts.last.version().offset()
                    < next.getOrDefault(parts.last.partition(), Long.MIN_VALUE));
  }

  @Override
  public void close() throws IOException {
    for (Runnable left : lookups.shutdownNow()) {
      if (left instanceof Closing closing) {
        closing.run();
      }
    }
    tree.close();
  }
}
