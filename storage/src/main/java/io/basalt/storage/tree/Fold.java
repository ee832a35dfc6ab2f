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
 * does not extend. Uploads are kept apart and outlive a delete. Sizes do not depend on extents, so
 * a fold that only lists keeps none.
 */
public final class Fold {
  private final String path;

  /** Empty in a fold that only lists. */
  private final Optional<Extents> extents;

  /** By upload id; the empty map until there is one. */
  private Map<String, List<Event>> pending = Map.of();

  private Version last;
  private boolean exists;
  private long size;
  private long modified;
  private Version version;

  public Fold(String path) {
    this(path, Optional.of(new Extents()));
  }

  private Fold(String path, Optional<Extents> extents) {
    this.path = path;
    this.extents = extents;
  }

  /** Goes on from what the events before came to. */
  public Fold(PathState settled) {
    this(settled.path());
    settled
        .file()
        .ifPresent(
            file -> {
              extents.get().begin(file.extents());
              begin(file.size(), file.modified(), file.version());
            });
    settled.parts().forEach(this::apply);
    goOnAfterFile();
  }

  /** Goes on from what a listing knows, and keeps no extents. */
  Fold(ListedState settled) {
    this(settled.path(), Optional.empty());
    settled.file().ifPresent(file -> begin(file.size(), file.modified(), file.version()));
    settled.parts().forEach(this::apply);
    goOnAfterFile();
  }

  private void begin(long fileSize, long fileModified, Version fileVersion) {
    exists = true;
    size = fileSize;
    modified = fileModified;
    version = fileVersion;
  }

  /** Pending parts may be older than the event that changed the file last. */
  private void goOnAfterFile() {
    if (exists && (last == null || last.compareTo(version) < 0)) {
      last = version;
    }
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
      case UPLOAD -> upload(event);
      case PUBLISH -> publish(event);
    }
  }

  /**
   * The file, or empty if there is none.
   *
   * @throws IllegalStateException from a fold that only lists
   */
  public Optional<FileState> file() {
    if (!exists) {
      return Optional.empty();
    }
    Extents all =
        extents.orElseThrow(
            () -> new IllegalStateException("a fold that lists knows no extents of " + path));
    return Optional.of(new FileState(path, size, modified, version, all.toList()));
  }

  /** What the events came to, to go on from. */
  public PathState state() {
    return new PathState(path, file(), parts());
  }

  /** The same for a listing. */
  ListedState listed() {
    Optional<ListedFile> file =
        exists ? Optional.of(new ListedFile(path, size, modified, version)) : Optional.empty();
    return new ListedState(path, file, parts());
  }

  private List<Event> parts() {
    if (pending.isEmpty()) {
      return List.of();
    }
    List<Event> parts = new ArrayList<>();
    pending.values().forEach(parts::addAll);
    parts.sort(PathOrder.EVENTS);
    return parts;
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

  private void upload(Event event) {
    if (pending.isEmpty()) {
      pending = new LinkedHashMap<>();
    }
    pending.computeIfAbsent(uploadOf(event), id -> new ArrayList<>()).add(event);
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
      overlay(size, part.shards());
      size += part.lengthBytes();
    }
    changed(by);
  }

  private void overlay(long start, Event event) {
    long length = event.lengthBytes();
    if (length > 0) {
      overlay(start, event.shards());
      size = Math.max(size, Math.addExact(start, length));
    }
    changed(event);
  }

  private void overlay(long start, List<Shard> shards) {
    extents.ifPresent(all -> all.overlay(start, shards));
  }

  private void truncate(Event event) {
    extents.ifPresent(all -> all.remove(event.position(), Math.max(size, event.position())));
    size = event.position();
    changed(event);
  }

  private void clear() {
    extents.ifPresent(Extents::clear);
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
