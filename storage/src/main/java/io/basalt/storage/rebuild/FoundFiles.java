package io.basalt.storage.rebuild;

import io.basalt.storage.commit.Attempt;
import io.basalt.storage.config.Tier;
import io.basalt.storage.drive.Drive.StoredFile;
import io.basalt.storage.drive.DriveInfo;
import io.basalt.storage.drive.DriveSet;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** All files of all drives that answer, by name. */
final class FoundFiles {
  private static final Pattern ROOT = Pattern.compile("roots/root-(\\d{12,18})");

  private final NavigableMap<String, Map<String, Long>> files = new TreeMap<>();
  private long newestTrace;

  static FoundFiles of(DriveSet drives) throws IOException {
    FoundFiles found = new FoundFiles();
    for (Tier tier : Tier.values()) {
      for (DriveInfo drive : drives.available(tier)) {
        for (StoredFile file : drives.call(drive.id(), d -> d.list(""))) {
          found.add(drive.id(), file);
        }
      }
    }
    return found;
  }

  private void add(String drive, StoredFile file) {
    files.computeIfAbsent(file.name(), any -> new LinkedHashMap<>()).put(drive, file.length());
    Attempt.ofFile(file.name()).ifPresent(owner -> trace(owner.head()));
    Matcher root = ROOT.matcher(file.name());
    if (root.matches()) {
      trace(Long.parseLong(root.group(1)));
    }
  }

  private void trace(long root) {
    newestTrace = Math.max(newestTrace, root);
  }

  /** The names below a directory, in order. */
  Set<String> in(String directory) {
    return files.subMap(directory + "/", directory + "0").keySet();
  }

  /** The drives that hold a file, and its length on each. */
  Map<String, Long> on(String name) {
    return files.getOrDefault(name, Map.of());
  }

  /** The highest number of a root that some file's name tells of. */
  long newestTrace() {
    return newestTrace;
  }
}
