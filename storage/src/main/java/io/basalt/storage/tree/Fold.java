package io.basalt.storage.tree;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The state of one path after its events, which are applied in the order of their versions. Pure;
 * not safe for several threads.
 *
 * <p>A write or append of no bytes creates a missing file and changes nothing else: as in POSIX it
 * does not extend. Uploads are kept apart and outlive a delete.
 */
public final class Fold {
  private final String path;
  private final Extents extents = new Extents();
  private final Map<String, List<Event>> pending = new LinkedHashMap<>();
  private Version last;
  private boolean exists;
  private long size;
  private long modified;
  private Version version;

  public Fold(String path) {
    this.path = path;
  }

  /** Goes on from what the events before came to. */
  public Fold(PathState settled) {
    this(settled.path());
    settled.file().ifPresent(this::begin);
    settled.parts().forEach(this::apply);
    if (exists && (last == null || last.compareTo(version) < 0)) {
      last = version;
    }
  }

  private void begin(FileState file) {
    exists = true;
    size = file.size();
    modified = file.modified();
    version = file.version();
    extents.addAll(file.extents());
  }

  /** The file after these events of one path, which must be sorted by version. */
  public static Optional<FileState> file(String path, Iterable<Event> sorted) {
    return of(path, sorted).file();
  }

  /** The fold of these events of one path, which must be sorted by version. */
  public static Fold of(String path, Iterable<Event> sorted) {
    Fold fold = new Fold(path);
    sorted.forEach(fold::apply);
    return fold;
  }

  /**
   * Applies the next event.
   *
   * @throws IllegalStateException if it is another path's, not newer than the last one, or
   *     publishes what is not a whole; the ingest lets none of these into the tree
   */
  public void apply(Event event) {
    checkOrder(event);
    last = event.version();
    switch (event.op()) {
      case PUT -> replace(List.of(event), event);
      case WRITE -> overlay(event.position(), event);
      case APPEND -> overlay(exists ? size : 0, event);
      case TRUNCATE -> truncate(event);
      case DELETE -> clear();
      case UPLOAD -> pending.computeIfAbsent(uploadOf(event), id -> new ArrayList<>()).add(event);
      case PUBLISH -> publish(event);
    }
  }

  public String path() {
    return path;
  }

  /** The file, or empty if there is none. */
  public Optional<FileState> file() {
    return exists
        ? Optional.of(new FileState(path, size, modified, version, extents.toList()))
        : Optional.empty();
  }

  /** Uploads that have parts and are not published, by id. */
  public Map<String, Upload> pending() {
    Map<String, Upload> uploads = new LinkedHashMap<>();
    pending.forEach((id, parts) -> uploads.put(id, new Upload(id, parts)));
    return uploads;
  }

  /** What the events came to, to go on from. */
  public PathState state() {
    List<Event> parts = new ArrayList<>();
    pending.values().forEach(parts::addAll);
    parts.sort(PathOrder.EVENTS);
    return new PathState(path, file(), parts);
  }

  private void checkOrder(Event event) {
    if (!event.path().equals(path)) {
      throw new IllegalStateException("an event of " + event.path() + " in the fold of " + path);
    }
    if (last != null && event.version().compareTo(last) <= 0) {
      throw new IllegalStateException(
          "events of a path ascend by version: "
              + path
              + " has "
              + event.version()
              + " after "
              + last);
    }
  }

  private void publish(Event event) {
    incomplete(event)
        .ifPresent(
            why -> {
              throw new IllegalStateException(
                  "a publish in the tree has a whole: "
                      + path
                      + " at "
                      + event.version()
                      + ": "
                      + why);
            });
    String id = uploadOf(event);
    replace(new Upload(id, pending.remove(id)).inOrder(), event);
  }

  /** Why a publish has no whole to publish; empty if it has one. */
  public Optional<String> incomplete(Event publish) {
    String id = uploadOf(publish);
    return new Upload(id, pending.getOrDefault(id, List.of())).incomplete(publish.position());
  }

  private void replace(List<Event> content, Event by) {
    clear();
    for (Event part : content) {
      extents.overlay(size, part.shards());
      size += part.lengthBytes();
    }
    changed(by);
  }

  private void overlay(long start, Event event) {
    long length = event.lengthBytes();
    if (length > 0) {
      extents.overlay(start, event.shards());
      size = Math.max(size, Math.addExact(start, length));
    }
    changed(event);
  }

  private void truncate(Event event) {
    extents.remove(event.position(), Math.max(size, event.position()));
    size = event.position();
    changed(event);
  }

  private void clear() {
    extents.clear();
    exists = false;
    size = 0;
  }

  private void changed(Event by) {
    exists = true;
    modified = by.timestamp();
    version = by.version();
  }

  private static String uploadOf(Event event) {
    return event
        .upload()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    event.op() + " names its upload: " + event.path() + " " + event.version()));
  }
}
