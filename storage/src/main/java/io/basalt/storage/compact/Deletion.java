package io.basalt.storage.compact;

import io.basalt.storage.compact.Usage.Dropped;
import io.basalt.storage.drive.Drive;
import io.basalt.storage.drive.DriveFile;
import io.basalt.storage.drive.DriveSet;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Deletes copies of files, each on its drive, whether or not they are still there. */
final class Deletion {
  private final DriveSet drives;

  Deletion(DriveSet drives) {
    this.drives = drives;
  }

  /**
   * @param bytes of the copies that were deleted
   * @param left copies on drives that did not answer
   */
  record Deleted(long bytes, List<Dropped> left) {}

  Deleted delete(List<Dropped> files) {
    Map<String, Map<String, CompletableFuture<Long>>> calls = new LinkedHashMap<>();
    for (Dropped file : files) {
      for (String drive : file.drives()) {
        calls
            .computeIfAbsent(file.name(), name -> new LinkedHashMap<>())
            .put(drive, drives.submit(drive, d -> delete(d, file.name())));
      }
    }
    long bytes = 0;
    List<Dropped> left = new ArrayList<>();
    for (Map.Entry<String, Map<String, CompletableFuture<Long>>> file : calls.entrySet()) {
      List<String> silent = new ArrayList<>();
      for (Map.Entry<String, CompletableFuture<Long>> call : file.getValue().entrySet()) {
        try {
          bytes += DriveSet.await(call.getValue());
        } catch (IOException away) {
          // Asked again by the next compaction: the copy stays in the list.
          silent.add(call.getKey());
        }
      }
      if (!silent.isEmpty()) {
        left.add(new Dropped(file.getKey(), silent));
      }
    }
    return new Deleted(bytes, left);
  }

  private static long delete(Drive drive, String name) throws IOException {
    try {
      long length;
      try (DriveFile file = drive.open(name)) {
        length = file.length();
      }
      drive.delete(name);
      return length;
    } catch (NoSuchFileException gone) {
      return 0;
    }
  }
}
