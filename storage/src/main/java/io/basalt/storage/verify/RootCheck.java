package io.basalt.storage.verify;

import io.basalt.storage.config.Tier;
import io.basalt.storage.drive.Drive.StoredFile;
import io.basalt.storage.drive.DriveInfo;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.Root.KeptRoot;
import io.basalt.storage.root.RootCodec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Roots: the head and those it keeps are intact on two enclosures at least, all copies of one are
 * equal, the head is on every drive that roots go to, and the drives are those that it names.
 */
final class RootCheck {
  private static final String PREFIX = "roots/root-";

  /** No root is near this; a longer file is damaged. Bytes. */
  private static final long LONGEST = 64L << 20;

  private final DriveSet drives;
  private final int rootCopies;
  private final Copies copies;
  private final Findings findings;
  private final TreeMap<Long, Map<DriveInfo, String>> found = new TreeMap<>();

  RootCheck(DriveSet drives, int rootCopies, Copies copies, Findings findings) {
    this.drives = drives;
    this.rootCopies = rootCopies;
    this.copies = copies;
    this.findings = findings;
  }

  /** The head and the roots it keeps, newest first; empty if there is no intact root. */
  List<Root> check() {
    List<Root> roots = new ArrayList<>();
    Optional<Root> head = head();
    if (head.isEmpty()) {
      findings.problem(Problem.Kind.ROOT, "", "", "no drive that answers holds an intact root");
      return roots;
    }
    headIsOnEveryRootDrive(head.get().number());
    drivesAreThoseOf(head.get());
    roots.add(head.get());
    for (KeptRoot kept : head.get().kept()) {
      root(kept.number()).ifPresent(roots::add);
    }
    return roots;
  }

  /** The newest intact root. */
  Optional<Root> head() {
    list();
    for (long number : found.descendingKeySet()) {
      Optional<Root> head = root(number);
      if (head.isPresent()) {
        return head;
      }
      findings.problem(
          Problem.Kind.ROOT, "", fileName(number), "no copy of root " + number + " is intact");
    }
    return Optional.empty();
  }

  /**
   * Finds the roots of all drives. One may be linked while they are listed in turn, so a second
   * time completes what the first one found.
   */
  private void list() {
    for (DriveInfo drive : available()) {
      list(drive)
          .forEach(
              (number, file) ->
                  found.computeIfAbsent(number, any -> new LinkedHashMap<>()).put(drive, file));
    }
    for (DriveInfo drive : available()) {
      list(drive)
          .forEach(
              (number, file) -> {
                if (found.containsKey(number)) {
                  found.get(number).put(drive, file);
                }
              });
    }
  }

  private Map<Long, String> list(DriveInfo drive) {
    Map<Long, String> files = new HashMap<>();
    try {
      for (StoredFile file : drives.call(drive.id(), d -> d.list("roots"))) {
        number(file.name()).ifPresent(number -> files.put(number, file.name()));
      }
    } catch (IOException e) {
      findings.problem(Problem.Kind.DRIVE, drive.id(), "roots", Copies.why(e));
    }
    return files;
  }

  private Optional<Root> root(long number) {
    Map<Root, Set<String>> intact = new HashMap<>();
    found
        .getOrDefault(number, Map.of())
        .forEach(
            (drive, name) ->
                decode(drive, name, number)
                    .ifPresent(
                        root ->
                            intact
                                .computeIfAbsent(root, any -> new HashSet<>())
                                .add(drive.enclosure())));
    findings.count("roots", 1);
    if (intact.size() > 1) {
      findings.problem(
          Problem.Kind.ROOT, "", fileName(number), "two different roots have number " + number);
    }
    Optional<Root> root = intact.keySet().stream().findFirst();
    int enclosures = root.map(r -> intact.get(r).size()).orElse(0);
    if (enclosures < 2) {
      findings.problem(
          Problem.Kind.ROOT,
          "",
          fileName(number),
          "is intact in %d enclosures, not 2".formatted(enclosures));
    }
    return root;
  }

  private Optional<Root> decode(DriveInfo drive, String name, long number) {
    Optional<ByteBuffer> bytes = copies.read(Problem.Kind.ROOT, drive.id(), name, LONGEST);
    if (bytes.isEmpty()) {
      return Optional.empty();
    }
    try {
      Root root = RootCodec.decode(bytes.get().array(), drive.id(), name);
      if (root.number() == number && root.storeId().equals(drives.storeId())) {
        return Optional.of(root);
      }
      findings.problem(
          Problem.Kind.ROOT,
          drive.id(),
          name,
          "holds root %d of store %s".formatted(root.number(), root.storeId()));
    } catch (IOException e) {
      findings.problem(Problem.Kind.ROOT, drive.id(), name, e.getMessage());
    }
    return Optional.empty();
  }

  private void headIsOnEveryRootDrive(long number) {
    for (DriveInfo drive : rootDrives()) {
      if (!found.get(number).containsKey(drive)) {
        findings.problem(Problem.Kind.ROOT, drive.id(), fileName(number), "is missing");
      }
    }
  }

  /** A drive whose incarnation is not known yet was away when it joined the store. */
  private void drivesAreThoseOf(Root head) {
    Map<String, String> incarnations = new HashMap<>();
    head.drives().forEach(drive -> incarnations.put(drive.id(), drive.incarnation()));
    for (DriveInfo drive : available()) {
      String expected = incarnations.getOrDefault(drive.id(), "");
      if (!expected.isEmpty() && !expected.equals(drive.incarnation())) {
        findings.problem(
            Problem.Kind.DRIVE,
            drive.id(),
            "",
            "has incarnation %s in its label, not %s".formatted(drive.incarnation(), expected));
      }
    }
  }

  /**
   * SCM first, each of another enclosure while there is one: stated here anew, as an oracle does.
   */
  private List<DriveInfo> rootDrives() {
    List<DriveInfo> left = new ArrayList<>(available());
    List<DriveInfo> chosen = new ArrayList<>();
    Set<String> enclosures = new HashSet<>();
    for (DriveInfo drive : List.copyOf(left)) {
      if (chosen.size() < rootCopies && enclosures.add(drive.enclosure())) {
        chosen.add(drive);
        left.remove(drive);
      }
    }
    while (chosen.size() < rootCopies && !left.isEmpty()) {
      chosen.add(left.remove(0));
    }
    return chosen;
  }

  private List<DriveInfo> available() {
    List<DriveInfo> all = new ArrayList<>();
    for (Tier tier : Tier.values()) {
      drives.available(tier).stream().sorted(Comparator.comparing(DriveInfo::id)).forEach(all::add);
    }
    return all;
  }

  static String fileName(long number) {
    return PREFIX + "%012d".formatted(number);
  }

  static Optional<Long> number(String name) {
    return name.matches(PREFIX + "\\d{12,18}")
        ? Optional.of(Long.parseLong(name.substring(PREFIX.length())))
        : Optional.empty();
  }
}
