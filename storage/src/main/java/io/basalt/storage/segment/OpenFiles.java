package io.basalt.storage.segment;

import io.basalt.storage.drive.Drive;
import io.basalt.storage.drive.DriveFile;
import java.io.Closeable;
import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Keeps the files open that were read last, a bounded number of them. A file that is in use is
 * closed only when its last user gives it back.
 */
final class OpenFiles implements Closeable {
  private final int most;
  private final Map<Key, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);

  private record Key(String drive, String name) {}

  /** An open file and its users; one that left the map is closed by the last of them. */
  private static final class Entry {
    private final DriveFile file;
    private int users;
    private boolean gone;

    Entry(DriveFile file) {
      this.file = file;
    }
  }

  /** What to do with an open file. */
  @FunctionalInterface
  interface Use<T> {
    T on(DriveFile file) throws IOException;
  }

  OpenFiles(int most) {
    this.most = most;
  }

  <T> T use(Drive drive, String name, Use<T> use) throws IOException {
    Key key = new Key(drive.info().id(), name);
    Entry entry = take(key);
    if (entry == null) {
      entry = add(key, drive.open(name));
    }
    try {
      return use.on(entry.file);
    } finally {
      giveBack(entry);
    }
  }

  private synchronized Entry take(Key key) {
    Entry entry = entries.get(key);
    if (entry != null) {
      entry.users++;
    }
    return entry;
  }

  /** Two threads may have opened the same file: the later one is forgotten first. */
  private synchronized Entry add(Key key, DriveFile file) throws IOException {
    Entry entry = new Entry(file);
    entry.users++;
    Entry before = entries.put(key, entry);
    if (before != null) {
      drop(before);
    }
    Iterator<Entry> eldest = entries.values().iterator();
    while (entries.size() > most && eldest.hasNext()) {
      Entry old = eldest.next();
      eldest.remove();
      drop(old);
    }
    return entry;
  }

  private static void drop(Entry entry) throws IOException {
    entry.gone = true;
    if (entry.users == 0) {
      entry.file.close();
    }
  }

  private synchronized void giveBack(Entry entry) throws IOException {
    entry.users--;
    if (entry.gone && entry.users == 0) {
      entry.file.close();
    }
  }

  @Override
  public synchronized void close() throws IOException {
    for (Entry entry : entries.values()) {
      drop(entry);
    }
    entries.clear();
  }
}
