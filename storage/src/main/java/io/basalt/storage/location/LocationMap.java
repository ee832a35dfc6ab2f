package io.basalt.storage.location;

import io.basalt.storage.commit.Sweeper;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.root.FileRef;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Stripe;
import io.basalt.storage.root.Tail;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where every segment of a root is, those of its tails included, and the stripes. Immutable; shares
 * what it read with the maps loaded from it, so that a new head costs only its new files.
 */
public final class LocationMap {
  private static final LocationMap NONE = new LocationMap(Map.of(), Index.of(List.of()), Map.of());

  private final Map<FileRef, MapFile> files;
  private final Index index;
  private final Map<String, SegmentLocation> tails;

  private LocationMap(
      Map<FileRef, MapFile> files, Index index, Map<String, SegmentLocation> tails) {
    this.files = files;
    this.index = index;
    this.tails = tails;
  }

  /** The map of nothing, for a caller who will reload it for one head after the other. */
  public static LocationMap none() {
    return NONE;
  }

  /** Reads the map of a root, which is the head: older roots' places may be gone. */
  public static LocationMap load(MirroredFiles mirrors, Root head) throws IOException {
    return NONE.reload(mirrors, head);
  }

  /** The map of another root; files that this one knows are not read again. */
  public LocationMap reload(MirroredFiles mirrors, Root head) throws IOException {
    Map<FileRef, MapFile> read = new HashMap<>();
    for (FileRef file : head.locationMap()) {
      MapFile known = files.get(file);
      read.put(
          file,
          known != null
              ? known
              : LocationMapCodec.decode(
                  mirrors.read(file), String.join("/", file.drives()), file.name()));
    }
    boolean same = read.keySet().equals(files.keySet());
    return new LocationMap(read, same ? index : Index.of(read.values()), tails(head));
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
    return Optional.ofNullable(tail != null ? tail : index.segments.get(segment));
  }

  /** All segments, tails included. */
  public Collection<SegmentLocation> all() {
    List<SegmentLocation> all = new ArrayList<>(index.segments.values());
    all.addAll(tails.values());
    return all;
  }

  /** The segments that are no tails. */
  public Collection<SegmentLocation> sealed() {
    return List.copyOf(index.segments.values());
  }

  /** Empty for a stripe that the root does not have. */
  public Optional<Stripe> stripe(String id) {
    return Optional.ofNullable(index.stripes.get(id));
  }

  public Collection<Stripe> stripes() {
    return List.copyOf(index.stripes.values());
  }

  /** What a sweep must know. */
  public Sweeper.Places places() {
    return new Sweeper.Places(all(), stripes());
  }

  /** Whether another map has the same segments at the same places. */
  public boolean isSame(LocationMap other) {
    return files.keySet().equals(other.files.keySet()) && tails.equals(other.tails);
  }

  /** What stands in one file of the map. */
  MapFile in(FileRef file) {
    return files.get(file);
  }

  /** All files together, by id. */
  private record Index(Map<String, SegmentLocation> segments, Map<String, Stripe> stripes) {
    static Index of(Collection<MapFile> files) {
      Map<String, SegmentLocation> segments = new HashMap<>();
      Map<String, Stripe> stripes = new HashMap<>();
      for (MapFile file : files) {
        file.segments().forEach(segment -> segments.put(segment.segment(), segment));
        file.stripes().forEach(stripe -> stripes.put(stripe.id(), stripe));
      }
      return new Index(segments, stripes);
    }
  }
}
