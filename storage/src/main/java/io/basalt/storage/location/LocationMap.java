package io.basalt.storage.location;

import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.root.FileRef;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Tail;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where every segment of a root is, those of its tails included. Immutable; shares what it read
 * with the maps loaded from it, so that a new head costs only its new files.
 */
public final class LocationMap {
  private static final LocationMap EMPTY = new LocationMap(Map.of(), Map.of(), Map.of());

  private final Map<FileRef, List<SegmentLocation>> files;
  private final Map<String, SegmentLocation> sealed;
  private final Map<String, SegmentLocation> tails;

  private LocationMap(
      Map<FileRef, List<SegmentLocation>> files,
      Map<String, SegmentLocation> sealed,
      Map<String, SegmentLocation> tails) {
    this.files = files;
    this.sealed = sealed;
    this.tails = tails;
  }

  /** Reads the map of a root, which is the head: older roots' places may be gone. */
  public static LocationMap load(MirroredFiles mirrors, Root head) throws IOException {
    return EMPTY.reload(mirrors, head);
  }

  /** The map of another root; files that this one knows are not read again. */
  public LocationMap reload(MirroredFiles mirrors, Root head) throws IOException {
    Map<FileRef, List<SegmentLocation>> read = new HashMap<>();
    for (FileRef file : head.locationMap()) {
      List<SegmentLocation> known = files.get(file);
      read.put(
          file,
          known != null
              ? known
              : LocationMapCodec.decode(
                  mirrors.read(file), String.join("/", file.drives()), file.name()));
    }
    return new LocationMap(read, read.equals(files) ? sealed : index(read.values()), tails(head));
  }

  private static Map<String, SegmentLocation> index(Collection<List<SegmentLocation>> files) {
    Map<String, SegmentLocation> index = new HashMap<>();
    files.forEach(file -> file.forEach(location -> index.put(location.segment(), location)));
    return index;
  }

  private static Map<String, SegmentLocation> tails(Root head) {
    Map<String, SegmentLocation> tails = new HashMap<>();
    head.tails().stream()
        .map(Tail::location)
        .forEach(location -> tails.put(location.segment(), location));
    return tails;
  }

  /** Empty for a segment that the root does not have: moved on by a newer head, or freed. */
  public Optional<SegmentLocation> find(String segment) {
    SegmentLocation tail = tails.get(segment);
    return Optional.ofNullable(tail != null ? tail : sealed.get(segment));
  }

  /** All segments, tails included. */
  public Collection<SegmentLocation> all() {
    List<SegmentLocation> all = new ArrayList<>(sealed.values());
    all.addAll(tails.values());
    return all;
  }

  /** The segments of one file of the map. */
  List<SegmentLocation> in(FileRef file) {
    return files.get(file);
  }
}
