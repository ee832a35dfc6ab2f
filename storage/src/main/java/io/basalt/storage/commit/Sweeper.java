package io.basalt.storage.commit;

import io.basalt.storage.commit.RootDrives.Answers;
import io.basalt.storage.drive.Drive.StoredFile;
import io.basalt.storage.drive.DriveInfo;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.Root.KeptRoot;
import io.basalt.storage.root.SegmentLocation;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Deletes what attempts left behind that have ended, in this order: a commit that raises the floor,
 * then every file of an attempt below the floor and not live that no kept root refers to. No such
 * file can be referred to later, because {@link Succession} refuses it; so a sweep that slept is as
 * safe as a fresh one. A stop in between leaves only what the next sweep finds.
 */
public final class Sweeper {
  private static final List<String> DIRECTORIES = List.of("segments", "runs", "maps", "roots");

  private final RootDrives drives;
  private final RootFiles files;
  private final Segments segments;

  /** Reads where all segments of a head are: its location map and its tails. */
  @FunctionalInterface
  public interface Segments {
    Collection<SegmentLocation> of(Root head) throws IOException;
  }

  public Sweeper(DriveSet drives, int rootCopies, Segments segments) {
    this.drives = new RootDrives(drives, rootCopies);
    this.files = new RootFiles(drives, rootCopies);
    this.segments = segments;
  }

  /**
   * Raises the floor to the newest root that is older than the grace, so that an attempt has that
   * long for its first commit.
   */
  public static Change raising(Duration grace) {
    return next -> {
      long before = next.base().at() - grace.toMillis();
      next.kept().stream()
          .filter(root -> root.at() <= before && root.number() > next.floor())
          .mapToLong(KeptRoot::number)
          .max()
          .ifPresent(next::floor);
    };
  }

  /**
   * Deletes by a committed root. May run on any thread, beside commits.
   *
   * @throws IOException if a kept root or the location map cannot be read: then nothing is deleted
   */
  public Swept delete(Root committed) throws IOException {
    Set<String> needed = needed(committed);
    int count = 0;
    long bytes = 0;
    for (String directory : DIRECTORIES) {
      Answers<List<StoredFile>> lists = drives.each(drives.available(), d -> d.list(directory));
      for (Map.Entry<DriveInfo, List<StoredFile>> list : lists.answers().entrySet()) {
        List<StoredFile> dead =
            list.getValue().stream()
                .filter(file -> !needed.contains(file.name()) && hasEnded(committed, file))
                .toList();
        delete(list.getKey(), dead);
        count += dead.size();
        bytes += dead.stream().mapToLong(StoredFile::length).sum();
      }
    }
    return new Swept(count, bytes);
  }

  private static boolean hasEnded(Root committed, StoredFile file) {
    return Attempt.ofFile(file.name())
        .filter(owner -> Succession.hasEnded(committed, owner))
        .isPresent();
  }

  private Set<String> needed(Root committed) throws IOException {
    Set<String> needed = new HashSet<>();
    segments.of(committed).stream().map(SegmentLocation::fileName).forEach(needed::add);
    Succession.files(committed).forEach(needed::add);
    for (KeptRoot kept : committed.kept()) {
      Succession.files(files.read(kept.number())).forEach(needed::add);
    }
    return needed;
  }

  private void delete(DriveInfo drive, List<StoredFile> dead) throws IOException {
    if (dead.isEmpty()) {
      return;
    }
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
