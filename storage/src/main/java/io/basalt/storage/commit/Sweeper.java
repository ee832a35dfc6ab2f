package io.basalt.storage.commit;

import io.basalt.storage.commit.RootDrives.Answers;
import io.basalt.storage.drive.Drive.StoredFile;
import io.basalt.storage.drive.DriveInfo;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.root.Place.StripePlace;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.Root.KeptRoot;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Stripe;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Deletes what attempts left behind that have ended, in this order: a commit that raises the floor,
 * then every file of an attempt below the floor and not live that no kept root refers to. No such
 * file can be referred to later, because {@link Succession} refuses it; so a sweep that slept is as
 * safe as a fresh one. A stop in between leaves only what the next sweep finds. The mirrors of a
 * segment that has moved into a stripe go at once, and so do roots that are no longer kept, also on
 * a drive that was away.
 */
public final class Sweeper {
  /** An attempt has this long from its start to its first commit; it makes itself known at once. */
  public static final Duration GRACE = Duration.ofMinutes(2);

  private final RootDrives drives;
  private final RootFiles files;
  private final PlaceSource places;
  private final Trees trees;

  /** Where all segments of a head are, its tails included, and the stripes that some stand in. */
  public record Places(Collection<SegmentLocation> segments, Collection<Stripe> stripes) {
    public Places {
      segments = List.copyOf(segments);
      stripes = List.copyOf(stripes);
    }
  }

  /** Reads the places of a head. */
  @FunctionalInterface
  public interface PlaceSource {
    Places of(Root head) throws IOException;
  }

  /**
   * Reads the names of all leaves and branches of some roots, the head first, and of the head's
   * metadata copy.
   */
  @FunctionalInterface
  public interface Trees {
    Collection<String> of(List<Root> roots) throws IOException;
  }

  public Sweeper(DriveSet drives, int rootCopies, PlaceSource places, Trees trees) {
    this.drives = new RootDrives(drives, rootCopies);
    this.files = new RootFiles(drives, rootCopies);
    this.places = places;
    this.trees = trees;
  }

  /**
   * Raises the floor to the newest root that is older than the grace, so that an attempt has that
   * long for its first commit.
   *
   * @param known a root that the caller has known for the grace, by a clock that never jumps; 0 if
   *     none. The times in roots stand still after a clock that ran ahead was set right.
   */
  public static Change raising(Duration grace, long known) {
    return next -> {
      long before = next.base().at() - grace.toMillis();
      next.kept().stream()
          .filter(root -> root.at() <= before || root.number() <= known)
          .filter(root -> root.number() > next.floor())
          .mapToLong(KeptRoot::number)
          .max()
          .ifPresent(next::floor);
    };
  }

  /** A file on a drive, and what it is. */
  public record Found(DriveInfo drive, StoredFile file, FileClass kind) {}

  /**
   * All files of the drives that answer, by drive and name.
   *
   * @throws IOException if a kept root, a branch or the location map cannot be read
   */
  public List<Found> files(Root committed) throws IOException {
    FileClasses classes = classes(committed);
    Answers<List<StoredFile>> lists = drives.each(drives.available(), drive -> drive.list(""));
    List<Found> found = new ArrayList<>();
    for (Map.Entry<DriveInfo, List<StoredFile>> list : lists.answers().entrySet()) {
      list.getValue().stream()
          .sorted(Comparator.comparing(StoredFile::name))
          .map(file -> new Found(list.getKey(), file, classes.of(file.name())))
          .forEach(found::add);
    }
    return found;
  }

  /**
   * Deletes the orphans, by a committed root. May run on any thread, beside commits.
   *
   * @throws IOException if a kept root, a branch or the location map cannot be read: then nothing
   *     is deleted
   */
  public Swept delete(Root committed) throws IOException {
    return delete(
        files(committed).stream().filter(found -> found.kind() == FileClass.ORPHAN).toList());
  }

  /** Deletes orphans that were found, however long ago; gone ones are passed over. */
  public Swept delete(List<Found> orphans) throws IOException {
    if (orphans.stream().anyMatch(found -> found.kind() != FileClass.ORPHAN)) {
      throw new IllegalArgumentException("only orphans are deleted");
    }
    Map<DriveInfo, List<StoredFile>> dead =
        orphans.stream()
            .collect(
                Collectors.groupingBy(
                    Found::drive, Collectors.mapping(Found::file, Collectors.toList())));
    for (Map.Entry<DriveInfo, List<StoredFile>> each : dead.entrySet()) {
      delete(each.getKey(), each.getValue());
    }
    return new Swept(
        orphans.size(), orphans.stream().mapToLong(found -> found.file().length()).sum());
  }

  /** By the root or, where what it keeps was dropped meanwhile, by a newer one. */
  private FileClasses classes(Root committed) throws IOException {
    for (Root root = committed; ; ) {
      try {
        Places now = places.of(root);
        return new FileClasses(root, needed(root, now), moved(now));
      } catch (NoSuchFileException gone) {
        Root newer = head();
        if (newer.number() <= root.number()) {
          throw gone;
        }
        root = newer;
      }
    }
  }

  private Root head() throws IOException {
    try {
      return files.head();
    } catch (ArbiterException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private static Set<String> moved(Places now) {
    return now.segments().stream()
        .filter(segment -> segment.place() instanceof StripePlace)
        .map(SegmentLocation::fileName)
        .collect(Collectors.toSet());
  }

  private Set<String> needed(Root committed, Places now) throws IOException {
    Set<String> needed = new HashSet<>();
    now.segments().stream().map(SegmentLocation::fileName).forEach(needed::add);
    for (Stripe stripe : now.stripes()) {
      for (int strip = 0; strip < stripe.strips(); strip++) {
        needed.add(stripe.fileName(strip));
      }
    }
    List<Root> roots = new ArrayList<>(List.of(committed));
    for (KeptRoot kept : committed.kept()) {
      roots.add(files.read(kept.number()));
    }
    roots.stream().flatMap(Succession::files).forEach(needed::add);
    needed.addAll(trees.of(roots));
    return needed;
  }

  private void delete(DriveInfo drive, List<StoredFile> dead) throws IOException {
    drives.each(
        List.of(drive),
        d -> {
          for (StoredFile file : dead) {
            try {
              d.delete(file.name());
            } catch (NoSuchFileException another) {
              // Another sweep was here first.
              continue;
            }
          }
          return true;
        });
  }

  /** What a sweep deleted, every copy counted. */
  public record Swept(int files, long bytes) {}
}
