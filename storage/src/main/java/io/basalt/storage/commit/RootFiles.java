package io.basalt.storage.commit;

import io.basalt.storage.CorruptDataException;
import io.basalt.storage.Crc32c;
import io.basalt.storage.commit.Arbiter.Proposal;
import io.basalt.storage.commit.RootDrives.Answers;
import io.basalt.storage.drive.DriveInfo;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.RootCodec;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The files of roots. A body {@code roots/body-<body id>} is a proposal; linked as {@code
 * roots/root-<number>} it is a fact. A root is final on drives of two enclosures. The head is the
 * highest root on any drive that answers, so the drives that took it need not be known to find it.
 *
 * <p>Safe from several threads: it holds no state but the drives.
 */
public final class RootFiles {
  private static final String DIRECTORY = "roots";
  private static final Pattern NUMBERED = Pattern.compile("roots/root-(\\d{12,18})");

  private final RootDrives drives;

  /** Roots on {@code copies} drives where there are as many; never on fewer than two. */
  public RootFiles(DriveSet drives, int copies) {
    this.drives = new RootDrives(drives, copies);
  }

  public static String fileName(long number) {
    return "roots/root-%012d".formatted(number);
  }

  static String bodyName(String bodyId) {
    return "roots/body-" + bodyId;
  }

  String storeId() {
    return drives.storeId();
  }

  List<DriveInfo> answering() {
    return drives.available();
  }

  String missingDrives() {
    return drives.missing();
  }

  /**
   * The newest root, for readers: it is made final first where a stop left it on one enclosure.
   *
   * @throws IOException if no drive that answers holds a root, or not one intact copy of the newest
   */
  public Root head() throws IOException, ArbiterException {
    Stored newest = newest().orElseThrow(this::noRoot);
    if (newest.on().stream().map(DriveInfo::enclosure).distinct().count() < RootDrives.ENCLOSURES) {
      place(newest.root(), newest.bytes(), Set.of());
    }
    return newest.root();
  }

  IOException noRoot() {
    return new IOException(
        "no root on any drive that answers (missing: %s): bring the drives back, or make the tree anew with basalt rebuild"
            .formatted(drives.missing()));
  }

  /** The newest root as it stands, final or not; empty if there is none. */
  Optional<Stored> newest() throws IOException {
    for (long tried = -1; ; ) {
      Map<DriveInfo, List<Long>> numbers = numbers().answers();
      long number =
          numbers.values().stream().flatMap(List::stream).mapToLong(each -> each).max().orElse(-1);
      if (number < 0) {
        return Optional.empty();
      }
      List<DriveInfo> on =
          numbers.entrySet().stream()
              .filter(each -> each.getValue().contains(number))
              .map(each -> each.getKey())
              .toList();
      Optional<Stored> found = read(number, on);
      if (found.isPresent()) {
        return found;
      }
      // Thinned away between the list and the read, by someone who knows a newer one: look again.
      if (number == tried) {
        throw new IOException(
            "root %d is listed on %s and can be read from none of them"
                .formatted(number, on.stream().map(DriveInfo::id).toList()));
      }
      tried = number;
    }
  }

  /**
   * A root by its number: any that some drive holds, a leftover too; see {@link #open}.
   *
   * @throws NoSuchFileException if no drive that answers holds it
   */
  public Root read(long number) throws IOException {
    return read(number, drives.available())
        .orElseThrow(() -> new NoSuchFileException(fileName(number)))
        .root();
  }

  private Optional<Stored> read(long number, List<DriveInfo> on) throws IOException {
    String name = fileName(number);
    return intact(
        on,
        name,
        (drive, bytes) -> {
          Root root = RootCodec.decode(bytes, drive.id(), name);
          if (root.number() != number) {
            throw new CorruptDataException(
                drive.id(), name, 0, "root " + number, "root " + root.number());
          }
          return Optional.of(new Stored(root, bytes, on));
        });
  }

  /**
   * The root that a reader wants, and the head. One that expires between the two looks is not kept.
   *
   * @throws IOException in one sentence, if the head keeps no such root
   */
  public Snapshot open(Moment moment) throws IOException, ArbiterException {
    for (Root head = head(); ; ) {
      long number = moment.in(head);
      try {
        return new Snapshot(head, number == head.number() ? head : read(number));
      } catch (NoSuchFileException gone) {
        Root newer = head();
        if (newer.number() == head.number()) {
          throw gone;
        }
        head = newer;
      }
    }
  }

  /**
   * Writes a body to the root drives, in parallel, and forces it there.
   *
   * @param obsolete bodies of this attempt that no one needs any more; deleted on the way
   * @return the drives that took it, of at least two enclosures
   * @throws RootsFullException if no two enclosures have room
   */
  Set<DriveInfo> writeBody(String bodyId, byte[] bytes, Collection<String> obsolete)
      throws IOException {
    Answers<Boolean> answers =
        drives.enough(
            drives.chosen(),
            drive -> {
              DriveRoots on = new DriveRoots(drive);
              for (String old : obsolete) {
                on.delete(bodyName(old));
              }
              on.write(bodyName(bodyId), bytes);
              drive.forceDirectoryOf(bodyName(bodyId));
              return true;
            });
    answers.requireTwoEnclosures("body " + bodyId);
    return answers.answers().keySet();
  }

  void deleteBody(String bodyId) throws IOException {
    drives.each(drives.available(), drive -> new DriveRoots(drive).delete(bodyName(bodyId)));
  }

  /**
   * Makes a decided root a fact on the root drives: linked, and its directory forced, on two
   * enclosures at least. Repeating it is harmless.
   *
   * @param withBody drives whose body is known to be whole; others get a copy
   * @throws ArbiterException if another body has the number
   */
  void place(Root root, byte[] bytes, Set<DriveInfo> withBody)
      throws IOException, ArbiterException {
    Set<DriveInfo> on = new TreeSet<>(Comparator.comparing(DriveInfo::id));
    on.addAll(drives.chosen());
    on.addAll(withBody);
    Set<String> bodies = Set.copyOf(withBody.stream().map(DriveInfo::id).toList());
    Answers<Optional<String>> answers =
        drives.enough(
            on, d -> new DriveRoots(d).place(root, bytes, bodies.contains(d.info().id())));
    Optional<String> other =
        answers.answers().values().stream().flatMap(Optional::stream).findFirst();
    if (other.isPresent()) {
      throw new ArbiterException(
          ("root %d is %s on a drive and %s by the commits topic: two histories; stop all jobs and"
                  + " run basalt repair-arbiter")
              .formatted(root.number(), other.get(), root.bodyId()));
    }
    answers.requireTwoEnclosures("root " + root.number());
  }

  /** The bytes that a proposal names, from the numbered file or the body; empty if none is left. */
  Optional<byte[]> find(Proposal proposal) throws IOException {
    String numbered = fileName(proposal.number());
    // The winner links before it deletes the body, so a third look finds what the second missed.
    for (String name : List.of(numbered, bodyName(proposal.bodyId()), numbered)) {
      Optional<byte[]> bytes =
          intact(
              drives.available(),
              name,
              (drive, found) ->
                  Crc32c.of(found) == proposal.crc32c() ? Optional.of(found) : Optional.empty());
      if (bytes.isPresent()) {
        return bytes;
      }
    }
    return Optional.empty();
  }

  /** Numbers of all roots on a drive, and the drives that hold each. */
  Answers<List<Long>> numbers() throws IOException {
    return drives.each(
        drives.available(),
        drive ->
            drive.names(DIRECTORY).stream().map(RootFiles::number).filter(n -> n >= 0).toList());
  }

  void delete(DriveInfo drive, Collection<Long> numbers) throws IOException {
    drives.each(
        List.of(drive),
        d -> {
          for (long number : numbers) {
            new DriveRoots(d).delete(fileName(number));
          }
          return true;
        });
  }

  /** What is looked for in a file of a drive. */
  @FunctionalInterface
  private interface Looking<T> {
    /**
     * Empty if it is not there.
     *
     * @throws CorruptDataException if it is damaged
     */
    Optional<T> in(DriveInfo drive, byte[] bytes) throws IOException;
  }

  private <T> Optional<T> intact(Collection<DriveInfo> on, String name, Looking<T> looking)
      throws IOException {
    IOException damage = null;
    for (DriveInfo drive : on) {
      Answers<byte[]> answer = drives.each(List.of(drive), d -> new DriveRoots(d).bytes(name));
      for (byte[] bytes : answer.answers().values()) {
        try {
          Optional<T> found = looking.in(drive, bytes);
          if (found.isPresent()) {
            return found;
          }
          drives.countMismatch(drive);
        } catch (CorruptDataException e) {
          drives.countMismatch(drive);
          damage = e;
        }
      }
    }
    if (damage != null) {
      throw damage;
    }
    return Optional.empty();
  }

  /** The number in the name of a numbered root; -1 for any other file. */
  static long number(String name) {
    Matcher match = NUMBERED.matcher(name);
    return match.matches() ? Long.parseLong(match.group(1)) : -1;
  }

  /** A root, its bytes, and the drives that were found to list it. */
  record Stored(Root root, byte[] bytes, List<DriveInfo> on) {
    Stored {
      Objects.requireNonNull(root);
      on = List.copyOf(on);
    }
  }
}
