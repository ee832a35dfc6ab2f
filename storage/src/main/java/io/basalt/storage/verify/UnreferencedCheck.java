package io.basalt.storage.verify;

import io.basalt.storage.commit.Attempt;
import io.basalt.storage.config.Tier;
import io.basalt.storage.drive.Drive.StoredFile;
import io.basalt.storage.drive.DriveInfo;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.root.FileRef;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Stripe;
import io.basalt.storage.root.Tail;
import java.io.IOException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Files that no root names. Those of an attempt are leftovers: it may still refer to them, or the
 * sweep deletes them once the floor is above it, so they are counted and no fault. A file that
 * nobody will ever name or delete is one.
 */
final class UnreferencedCheck {
  private final DriveSet drives;
  private final Findings findings;
  private final Set<String> named = new HashSet<>();
  private final Set<Long> numbers = new HashSet<>();

  UnreferencedCheck(DriveSet drives, Findings findings) {
    this.drives = drives;
    this.findings = findings;
  }

  void refer(List<Root> roots, Collection<SegmentLocation> segments, Collection<Stripe> stripes) {
    for (Root root : roots) {
      numbers.add(root.number());
      for (Tail tail : root.tails()) {
        refer(tail.location());
      }
    }
    roots.stream().limit(1).flatMap(head -> head.locationMap().stream()).forEach(this::refer);
    segments.forEach(this::refer);
    stripes.forEach(this::refer);
  }

  private void refer(Stripe stripe) {
    for (int strip = 0; strip < stripe.strips(); strip++) {
      named.add(stripe.drives().get(strip) + " " + stripe.fileName(strip));
    }
  }

  void refer(FileRef file) {
    file.drives().forEach(drive -> named.add(drive + " " + file.name()));
  }

  private void refer(SegmentLocation segment) {
    segment.mirrors().forEach(drive -> named.add(drive + " " + segment.fileName()));
  }

  void check() {
    for (Tier tier : Tier.values()) {
      for (DriveInfo drive : drives.available(tier)) {
        try {
          for (StoredFile file : drives.call(drive.id(), d -> d.list(""))) {
            findings.count("files on drives", 1);
            check(drive.id(), file.name());
          }
        } catch (IOException e) {
          findings.problem(Problem.Kind.DRIVE, drive.id(), "", Copies.why(e));
        }
      }
    }
  }

  private void check(String drive, String name) {
    if (named.contains(drive + " " + name)) {
      return;
    }
    boolean root = RootCheck.number(name).isPresent();
    if (root && numbers.contains(RootCheck.number(name).get())) {
      return;
    }
    if (root || Attempt.ofFile(name).isPresent()) {
      findings.count("leftovers", 1);
      return;
    }
    findings.problem(Problem.Kind.UNREFERENCED, drive, name, "is no file of this store");
  }
}
