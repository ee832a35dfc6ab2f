package io.basalt.storage.commit;

import io.basalt.storage.drive.DriveInfo;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.root.ArbiterPoint;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.RootBuilder;
import io.basalt.storage.root.RootCodec;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Declares the drives' head the truth where the commits topic is lost, cut or another: a root that
 * no record decided follows the head and binds the store to a new, empty topic. Every attempt ends;
 * one that still decides by the old topic finds the number taken and stops.
 */
public final class ArbiterRepair {
  private ArbiterRepair() {}

  /**
   * Run it with all jobs stopped. A root that the old topic decided and that no drive shows is
   * lost; none such was acknowledged.
   *
   * @throws ArbiterException if the new topic is not empty
   * @throws IOException if drives of several enclosures do not answer, whose head may be newer
   */
  public static Root declare(
      DriveSet drives, int rootCopies, Arbiter fresh, Clock clock, RandomGenerator random)
      throws IOException, ArbiterException {
    requireDrives(drives);
    if (!fresh.readFrom(0).isEmpty()) {
      throw new ArbiterException(
          "the commits topic holds records: delete it and create it anew, then repair again");
    }
    RootFiles files = new RootFiles(drives, rootCopies);
    Root head = files.head();
    Attempt attempt = Attempt.start(head, random);
    Root declared =
        new RootBuilder(head)
            .attempts(List.of())
            .floor(head.number() + 1)
            .build(
                head.number() + 1,
                attempt + "-0",
                attempt.toString(),
                clock.millis(),
                new ArbiterPoint(fresh.clusterId(), fresh.topicId(), -1, ""));
    files.place(declared, RootCodec.encode(declared), Set.of());
    return declared;
  }

  private static void requireDrives(DriveSet drives) throws IOException {
    Set<String> missing = drives.unavailable().keySet();
    List<String> enclosures =
        drives.infos().stream()
            .filter(drive -> missing.contains(drive.id()))
            .map(DriveInfo::enclosure)
            .distinct()
            .toList();
    if (enclosures.size() > 1) {
      throw new IOException(
          "drives %s do not answer and may hold a newer root: bring back all but one enclosure"
              .formatted(missing));
    }
  }
}
