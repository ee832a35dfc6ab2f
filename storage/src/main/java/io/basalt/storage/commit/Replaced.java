package io.basalt.storage.commit;

import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.root.FileRef;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.Root.KeptRoot;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Files that an attempt made and roots named, until nothing needs them: what a later root replaced,
 * whoever committed it, goes once no kept root can name it any more. The sweep would have to wait
 * until the attempt has ended, and an ingest may live for months. Belongs to one thread.
 *
 * <p>Crash argument: a file that a root does not name was named by an older one and is never named
 * again, since {@link Succession} lets a change add only files that its own attempt made. So a
 * deletion by any committed root is safe, and what a stop leaves is left to the sweep.
 */
public final class Replaced {
  private final DriveSet drives;
  // Each file, with the first root that was seen without it; absent until then.
  private final Map<FileRef, Long> named = new LinkedHashMap<>();

  public Replaced(DriveSet drives) {
    this.drives = drives;
  }

  /** Takes charge of a file that a committed root names. */
  public void committed(FileRef file) {
    named.put(file, Long.MAX_VALUE);
  }

  /**
   * Deletes what is replaced; the drives do it in their own time.
   *
   * @param head a root that is no older than those that named the files
   * @return how many files are deleted
   */
  public int delete(Root head) {
    Set<String> needed = Succession.files(head).collect(Collectors.toSet());
    long oldest = head.kept().stream().mapToLong(KeptRoot::number).min().orElse(head.number());
    int deleted = 0;
    for (Iterator<Map.Entry<FileRef, Long>> each = named.entrySet().iterator(); each.hasNext(); ) {
      Map.Entry<FileRef, Long> file = each.next();
      if (needed.contains(file.getKey().name())) {
        continue;
      }
      long without = Math.min(file.getValue(), head.number());
      if (without <= oldest) {
        delete(file.getKey());
        each.remove();
        deleted++;
      } else {
        file.setValue(without);
      }
    }
    return deleted;
  }

  private void delete(FileRef file) {
    for (String drive : file.drives()) {
      drives
          .submit(
              drive,
              d -> {
                d.delete(file.name());
                return null;
              })
          .exceptionally(goneOrLeftForTheSweep -> null);
    }
  }
}
