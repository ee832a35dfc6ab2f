package io.basalt.storage.commit;

import io.basalt.storage.commit.RootDrives.Answers;
import io.basalt.storage.drive.Drive.StoredFile;
import io.basalt.storage.drive.DriveInfo;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.Root.LiveAttempt;
import io.basalt.storage.root.Root.Pin;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the store shows of the live attempts of one kind at one moment. Two that differ prove that
 * an attempt was at work in between. Two that are equal prove nothing: an attempt that died stays
 * live until another ends it, and one that thinks looks the same.
 *
 * @param attempts that a root lists as live
 * @param pins that they renew
 * @param files lengths of the files that they made, by name, for each drive; a drive that does not
 *     answer shows none. When they were used is left out: reads change that
 */
public record AttemptSigns(
    List<LiveAttempt> attempts, List<Pin> pins, Map<String, Map<String, Long>> files) {
  public AttemptSigns {
    attempts = List.copyOf(attempts);
    pins = List.copyOf(pins);
    files = Map.copyOf(files);
  }

  /** Looks at a head, and lists the drives if it has a live attempt of the kind. */
  public static AttemptSigns of(DriveSet drives, int rootCopies, Root head, String kind)
      throws IOException {
    List<LiveAttempt> live =
        head.attempts().stream().filter(attempt -> attempt.kind().equals(kind)).toList();
    List<Pin> pins = head.pins().stream().filter(pin -> pin.id().startsWith(kind)).toList();
    if (live.isEmpty()) {
      return new AttemptSigns(live, pins, Map.of());
    }
    Set<String> ids = live.stream().map(LiveAttempt::id).collect(Collectors.toSet());
    RootDrives all = new RootDrives(drives, rootCopies);
    Answers<List<StoredFile>> lists = all.each(all.available(), drive -> drive.list(""));
    Map<String, Map<String, Long>> files = new LinkedHashMap<>();
    for (Map.Entry<DriveInfo, List<StoredFile>> list : lists.answers().entrySet()) {
      files.put(
          list.getKey().id(),
          list.getValue().stream()
              .filter(file -> isOf(ids, file.name()))
              .collect(Collectors.toUnmodifiableMap(StoredFile::name, StoredFile::length)));
    }
    return new AttemptSigns(live, pins, files);
  }

  private static boolean isOf(Set<String> attempts, String file) {
    return Attempt.ofFile(file).filter(maker -> attempts.contains(maker.toString())).isPresent();
  }
}
