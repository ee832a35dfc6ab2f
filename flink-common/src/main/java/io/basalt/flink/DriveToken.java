package io.basalt.flink;

import io.basalt.storage.commit.Attempt;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.config.Tier;
import io.basalt.storage.drive.DriveFile;
import io.basalt.storage.drive.DriveInfo;
import io.basalt.storage.drive.DriveSet;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;

/**
 * A file that a task leaves on each of its drives when it starts, so that a task of another process
 * learns that both see the same drives, and not copies or mounts of their own that happen to have
 * the right labels. The one that checks removes it; the sweep deletes what a stop leaves behind.
 *
 * @param attempt the attempt of the task that left it
 * @param taskManager where that task runs
 * @param drives ids of the drives that hold it
 */
public record DriveToken(String attempt, String taskManager, List<String> drives) {
  public DriveToken {
    drives = List.copyOf(drives);
  }

  /**
   * Leaves a token on every drive that answers. A drive that cannot take it fails as for a write.
   */
  public static DriveToken leave(DriveSet drives, Attempt attempt, String taskManager) {
    List<String> on = new ArrayList<>();
    String name = name(attempt.toString());
    for (Tier tier : Tier.values()) {
      for (DriveInfo drive : drives.available(tier)) {
        try (DriveFile file = drives.call(drive.id(), d -> d.create(name, 1))) {
          on.add(drive.id());
        } catch (IOException e) {
          // Full or failing: writing to it says so better than a token can.
          continue;
        }
      }
    }
    return new DriveToken(attempt.toString(), taskManager, on);
  }

  /**
   * Checks that this process sees the token on every drive, and removes it.
   *
   * @param here name of this process's TaskManager
   * @throws IOException one sentence that names both TaskManagers and the folder
   */
  public void check(DriveSet seen, StoreConfig config, String here) throws IOException {
    for (StoreConfig.DriveConfig drive : config.drives()) {
      if (drives.contains(drive.id())) {
        try {
          seen.call(
              drive.id(),
              d -> {
                d.delete(name(attempt));
                return null;
              });
        } catch (NoSuchFileException e) {
          throw new IOException(differs(drive, here), e);
        } catch (IOException e) {
          throw new IOException(differs(drive, here) + " (" + e.getMessage() + ")", e);
        }
      }
    }
  }

  private String differs(StoreConfig.DriveConfig drive, String here) {
    return "TaskManagers %s and %s do not see the same directory %s: mount drive %s there on both"
        .formatted(taskManager, here, drive.path(), drive.id());
  }

  private static String name(String attempt) {
    return "tokens/" + attempt;
  }
}
