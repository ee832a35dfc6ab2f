package io.basalt.storage.verify;

import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.root.FileRef;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.Stripe;
import io.basalt.storage.verify.Problem.Kind;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Which problems stand by a newer head, for a verifier beside which others commit. Roots that this
 * one no longer lists may be gone, and so may files that only such roots name. What is wrong with a
 * root that it lists was perhaps seen while that one was being linked: it is looked at once more.
 */
final class Standing {
  private final DriveSet drives;
  private final int rootCopies;
  private final Root newest;
  private final Set<Named> named = new HashSet<>();

  /** A file, by the kind of problems that it may have. */
  private record Named(Kind kind, String file) {}

  Standing(DriveSet drives, int rootCopies, Root newest) {
    this.drives = drives;
    this.rootCopies = rootCopies;
    this.newest = newest;
    newest.locationMap().forEach(file -> named.add(new Named(Kind.LOCATION_MAP, file.name())));
  }

  /** Notes the stripes of the newer head. */
  void stripes(Collection<Stripe> stripes) {
    for (Stripe stripe : stripes) {
      named.add(new Named(Kind.STRIPE, "stripes/" + stripe.id()));
      named.add(new Named(Kind.LOCATION_MAP, "stripes/" + stripe.id()));
      for (int strip = 0; strip < stripe.strips(); strip++) {
        named.add(new Named(Kind.STRIPE, stripe.fileName(strip)));
      }
    }
  }

  /** Notes what the verified roots name that the newer head lists. */
  void trees(Collection<Root> verified, TreeCheck checked) {
    verified.stream()
        .filter(root -> newest.lists(root.number()))
        .flatMap(root -> checked.names(root).stream())
        .forEach(
            file -> {
              named.add(new Named(Kind.RUN, file));
              named.add(new Named(Kind.TREE, file));
            });
  }

  /** Notes the files of the verified head's metadata copy, if that is still the copy. */
  void copy(Root verified, Collection<FileRef> files) {
    if (verified.copy().equals(newest.copy())) {
      files.forEach(file -> named.add(new Named(Kind.COPY, file.name())));
    }
  }

  /** Forgets what does not stand. */
  void review(Findings findings) {
    findings.retain(this::stands);
  }

  private boolean stands(Problem problem) {
    Optional<Long> root = RootCheck.number(problem.file());
    return switch (problem.kind()) {
      case ROOT -> root.isEmpty() || (newest.lists(root.get()) && recurs(problem, root.get()));
      case RUN, TREE, COPY, STRIPE, LOCATION_MAP ->
          problem.file().isEmpty()
              || root.map(newest::lists)
                  .orElseGet(() -> named.contains(new Named(problem.kind(), problem.file())));
      case DRIVE, SEGMENT, SHARD, POSITION, UNREFERENCED -> true;
    };
  }

  private boolean recurs(Problem problem, long root) {
    Findings again = new Findings(Watcher.NONE);
    new RootCheck(drives, rootCopies, new Copies(drives, again), again).checkAgain(root);
    return again.problems().contains(problem);
  }
}
