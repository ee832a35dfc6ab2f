package io.basalt.storage.commit;

import io.basalt.storage.Crc32c;
import io.basalt.storage.commit.Arbiter.Proposal;
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
 *
 * <p>The first record of the new topic names the declared root, so that of several repairs one is
 * right, and each of them finishes that one. What a stop leaves behind:
 *
 * <ol>
 *   <li>before the record: a body that no one refers to; the next repair declares another root
 *   <li>after it: the next repair finds the record and its body, and finishes it
 *   <li>while the root is linked: the same, or the root is the head already
 * </ol>
 */
public final class ArbiterRepair {
  /** The base of a root that follows none. */
  private static final String NO_BASE = "";

  private ArbiterRepair() {}

  /**
   * Run it with all jobs stopped. A root that the old topic decided and that no drive shows is
   * lost; none such was acknowledged. Repeating it completes what is there.
   *
   * @throws ArbiterException if the new topic holds anything but a repair of this head
   * @throws IOException if drives of several enclosures do not answer, whose head may be newer
   */
  public static Root declare(
      DriveSet drives, int rootCopies, Arbiter fresh, Clock clock, RandomGenerator random)
      throws IOException, ArbiterException {
    requireDrives(drives);
    RootFiles files = new RootFiles(drives, rootCopies);
    Root head = files.head();
    if (isDeclaredFor(head, fresh)) {
      return head;
    }
    if (fresh.readFrom(0).isEmpty()) {
      propose(declared(head, fresh, clock, random), head.bodyId(), files, fresh);
    }
    Proposal first = fresh.readFrom(0).get(0).proposal();
    if (!first.base().equals(head.bodyId())) {
      throw notEmpty();
    }
    byte[] bytes = files.find(first).orElseThrow(ArbiterRepair::notEmpty);
    Root root = RootCodec.decode(bytes, "the root drives", first.bodyId());
    if (!isDeclaredFor(root, fresh)) {
      throw notEmpty();
    }
    files.place(root, bytes, Set.of());
    return root;
  }

  /**
   * Declares a root that was made anew, whatever older roots the drives hold: its number is above
   * theirs.
   *
   * @throws ArbiterException if the topic holds records
   */
  public static void declareRebuilt(DriveSet drives, int rootCopies, Arbiter fresh, Root rebuilt)
      throws IOException, ArbiterException {
    if (!isDeclaredFor(rebuilt, fresh)) {
      throw new IllegalArgumentException(
          "root %d is declared for another topic than %s"
              .formatted(rebuilt.number(), fresh.topicId()));
    }
    if (!fresh.readFrom(0).isEmpty()) {
      throw notEmpty();
    }
    RootFiles files = new RootFiles(drives, rootCopies);
    propose(rebuilt, NO_BASE, files, fresh);
    files.place(rebuilt, RootCodec.encode(rebuilt), Set.of());
  }

  private static boolean isDeclaredFor(Root root, Arbiter fresh) {
    return root.arbiter().declared() && root.arbiter().topicId().equals(fresh.topicId());
  }

  private static Root declared(Root head, Arbiter fresh, Clock clock, RandomGenerator random) {
    Attempt attempt = Attempt.start(head, random);
    return new RootBuilder(head)
        .attempts(List.of())
        .floor(head.number() + 1)
        .build(
            head.number() + 1,
            attempt + "-0",
            attempt.toString(),
            clock.millis(),
            new ArbiterPoint(fresh.clusterId(), fresh.topicId(), -1, ""));
  }

  private static void propose(Root root, String base, RootFiles files, Arbiter fresh)
      throws IOException {
    byte[] bytes = RootCodec.encode(root);
    files.writeBody(root.bodyId(), bytes, List.of());
    fresh.append(
        new Proposal(
            root.storeId(), base, root.number(), root.bodyId(), Crc32c.of(bytes), root.attempt()));
  }

  private static ArbiterException notEmpty() {
    return new ArbiterException(
        "the commits topic holds records: delete it and create it anew, then repair again");
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
