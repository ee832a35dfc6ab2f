package io.basalt.storage.commit;

import io.basalt.storage.commit.RootDrives.Answers;
import io.basalt.storage.config.StoreConfig.Retention;
import io.basalt.storage.drive.DriveInfo;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.Root.KeptRoot;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Drops kept roots, in this order: a commit that no longer lists them, then their files. A stop in
 * between leaves files of roots that no reader opens; the next delete takes them. Since a number
 * that was dropped is never listed again, deleting by any committed root, however old, is safe.
 */
public final class Pruner {
  private final RootFiles files;
  private final Retention retention;

  public Pruner(RootFiles files, Retention retention) {
    this.files = files;
    this.retention = retention;
  }

  /** Keeps the list short: at most one root a second, and a bounded number, beside the newest. */
  public Change thinning() {
    return next -> next.kept(Thinning.thin(next.kept(), next.held(), next.base().at(), retention));
  }

  /** Drops from the list what the retention does not ask for and no pin or tag holds. */
  public Change expiry() {
    return next ->
        next.kept(Thinning.expire(next.kept(), next.held(), next.base().at(), retention));
  }

  /**
   * Deletes the files of all roots below a committed one that it does not list, also those on a
   * drive that was away. May run on any thread, beside commits.
   *
   * @return how many files were deleted
   */
  public int delete(Root committed) throws IOException {
    Set<Long> kept = committed.kept().stream().map(KeptRoot::number).collect(Collectors.toSet());
    Answers<List<Long>> numbers = files.numbers();
    int deleted = 0;
    for (Map.Entry<DriveInfo, List<Long>> drive : numbers.answers().entrySet()) {
      List<Long> dropped =
          drive.getValue().stream()
              .filter(number -> number < committed.number() && !kept.contains(number))
              .toList();
      if (!dropped.isEmpty()) {
        files.delete(drive.getKey(), dropped);
        deleted += dropped.size();
      }
    }
    return deleted;
  }
}
