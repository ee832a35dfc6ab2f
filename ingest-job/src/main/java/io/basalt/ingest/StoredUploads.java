package io.basalt.ingest;

import io.basalt.storage.commit.ArbiterException;
import io.basalt.storage.commit.RootFiles;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.read.StoreReader;
import io.basalt.storage.root.Root;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.Upload;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.List;

/**
 * The uploads that are pending in the tree of a store, from a root on. Nothing keeps that root, so
 * one day its files are gone; the head then answers for it, which holds the same parts unless they
 * were published or dropped since. Safe for several threads.
 */
final class StoredUploads implements UploadTracker.Tree {
  private final DriveSet drives;
  private final int rootCopies;
  private Root root;
  private StoreReader reader;
  private boolean closed;

  StoredUploads(DriveSet drives, int rootCopies, Root root) {
    this.drives = drives;
    this.rootCopies = rootCopies;
    this.root = root;
  }

  @Override
  public synchronized UploadTracker.Found parts(String path, String upload) throws IOException {
    // What came after a root without events was seen by whoever began with it.
    if (root.tails().isEmpty() && root.runs().isEmpty() && root.tree().isEmpty()) {
      return new UploadTracker.Found(List.of(), root.number());
    }
    try {
      return find(path, upload);
    } catch (InterruptedIOException left) {
      throw left;
    } catch (IOException failed) {
      Root head = head();
      if (head.number() <= root.number()) {
        throw failed;
      }
      closeReader();
      root = head;
      return find(path, upload);
    }
  }

  private UploadTracker.Found find(String path, String upload) throws IOException {
    if (closed) {
      throw new IOException("uploads of root " + root.number() + " are looked up no more");
    }
    if (reader == null) {
      reader = StoreReader.open(drives, root);
    }
    List<Event> parts = reader.pendingUpload(path, upload).map(Upload::parts).orElse(List.of());
    return new UploadTracker.Found(parts, root.number());
  }

  private Root head() throws IOException {
    try {
      return new RootFiles(drives, rootCopies).head();
    } catch (ArbiterException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  @Override
  public synchronized void close() throws IOException {
    closed = true;
    closeReader();
  }

  private void closeReader() throws IOException {
    if (reader != null) {
      reader.close();
      reader = null;
    }
  }
}
