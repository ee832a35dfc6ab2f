package io.basalt.storage.commit;

import io.basalt.storage.config.ConfigException;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.drive.DriveInfo;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.root.Root;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Opens the drives of a store for a job, which may commit. A drive that stands in the configuration
 * and not in the head is new: it gets a label here, and each root from then on lists it ({@link
 * #joined}).
 *
 * <p>What a stop leaves behind: before the label, an empty directory; after it, a drive with the
 * store's label that no root lists yet, which the next commit adds. A drive that the head lists is
 * never labelled again, so one that was emptied, or whose mount is missing, stays noticed.
 */
public final class JobDrives {
  private JobDrives() {}

  /**
   * Opens every drive that can be reached, new ones labelled.
   *
   * @throws ConfigException if a new drive's directory is not empty, or a drive is not in its place
   */
  public static DriveSet open(StoreConfig config) throws IOException, ArbiterException {
    DriveSet drives = DriveSet.openForWriting(config);
    try {
      Root head = new RootFiles(drives, config.rootCopies()).head();
      requireKnown(config, head, drives);
      Set<String> fresh = new TreeSet<>(drives.unavailable().keySet());
      head.drives().forEach(known -> fresh.remove(known.id()));
      if (fresh.isEmpty()) {
        return drives;
      }
      DriveSet.label(config, fresh, drives.storeId());
    } catch (IOException | ArbiterException | RuntimeException e) {
      drives.close();
      throw e;
    }
    drives.close();
    return DriveSet.openForWriting(config);
  }

  /**
   * A directory that was emptied and labelled anew is not the drive that the store wrote to, and
   * one that changes its tier or enclosure breaks the promise under which copies were placed. A
   * drive that no root or process has reached yet has no incarnation to compare.
   */
  private static void requireKnown(StoreConfig config, Root head, DriveSet drives) {
    Map<String, DriveInfo> known = new HashMap<>();
    head.drives().forEach(drive -> known.put(drive.id(), drive));
    for (DriveInfo drive : drives.infos()) {
      DriveInfo expected = known.get(drive.id());
      if (expected == null) {
        continue;
      }
      if (drive.tier() != expected.tier() || !drive.enclosure().equals(expected.enclosure())) {
        throw new ConfigException(
            "drive %s is of tier %s, enclosure %s for the store and of tier %s, enclosure %s in %s: correct the file"
                .formatted(
                    drive.id(),
                    expected.tier().text(),
                    expected.enclosure(),
                    drive.tier().text(),
                    drive.enclosure(),
                    config.file()));
      }
      if (!drive.incarnation().isEmpty()
          && !expected.incarnation().isEmpty()
          && !drive.incarnation().equals(expected.incarnation())) {
        throw new ConfigException(
            "drive %s is not the one that the store wrote to, it was labelled anew: correct its path in %s"
                .formatted(drive.id(), config.file()));
      }
    }
  }

  /**
   * The drives of the next root: those of the base, and those that answer and are new to it. One
   * that is known without an incarnation, since it was never reached, gets the one it answers with.
   */
  static List<DriveInfo> joined(Root base, List<DriveInfo> answering) {
    Map<String, DriveInfo> all = new LinkedHashMap<>();
    base.drives().forEach(drive -> all.put(drive.id(), drive));
    for (DriveInfo drive : answering) {
      DriveInfo known = all.get(drive.id());
      if (known == null || known.incarnation().isEmpty()) {
        all.put(drive.id(), drive);
      }
    }
    return List.copyOf(all.values());
  }
}
