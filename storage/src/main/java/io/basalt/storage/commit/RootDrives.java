package io.basalt.storage.commit;

import io.basalt.storage.config.Tier;
import io.basalt.storage.drive.DriveCall;
import io.basalt.storage.drive.DriveFullException;
import io.basalt.storage.drive.DriveInfo;
import io.basalt.storage.drive.DriveSet;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Which drives take roots, and calls that run on several drives at once. */
final class RootDrives {
  /** A root is final on this many enclosures. */
  static final int ENCLOSURES = 2;

  private final DriveSet drives;
  private final int copies;

  RootDrives(DriveSet drives, int copies) {
    if (copies < ENCLOSURES) {
      throw new IllegalArgumentException("root-copies is " + copies + "; at least 2 are needed");
    }
    this.drives = drives;
    this.copies = copies;
  }

  /**
   * The drives that take the next root: SCM first, each of another enclosure while there is one.
   */
  List<DriveInfo> chosen() {
    List<DriveInfo> left = new ArrayList<>(available());
    List<DriveInfo> chosen = new ArrayList<>();
    Set<String> enclosures = new HashSet<>();
    left.stream().filter(d -> enclosures.add(d.enclosure())).limit(copies).forEach(chosen::add);
    left.removeAll(chosen);
    left.stream().limit(copies - chosen.size()).forEach(chosen::add);
    return chosen;
  }

  /** All drives that answer, SCM first. */
  List<DriveInfo> available() {
    List<DriveInfo> all = new ArrayList<>();
    for (Tier tier : List.of(Tier.SCM, Tier.CAPACITY)) {
      drives.available(tier).stream().sorted(Comparator.comparing(DriveInfo::id)).forEach(all::add);
    }
    return all;
  }

  /** Names of the drives that do not answer, for a sentence; "none" if all do. */
  String missing() {
    Set<String> missing = drives.unavailable().keySet();
    return missing.isEmpty() ? "none" : String.join(", ", missing.stream().sorted().toList());
  }

  String storeId() {
    return drives.storeId();
  }

  /** Remembers that a drive's bytes did not match their checksum. */
  void countMismatch(DriveInfo drive) {
    drives.countMismatch(drive.id());
  }

  /**
   * Runs the call on each drive, in parallel, and waits for all; I/O errors are part of the answer.
   */
  <T> Answers<T> each(Collection<DriveInfo> on, DriveCall<T> call) throws IOException {
    Map<DriveInfo, CompletableFuture<T>> calls = new LinkedHashMap<>();
    on.forEach(drive -> calls.put(drive, drives.submit(drive.id(), call)));
    Map<DriveInfo, T> answers = new LinkedHashMap<>();
    Map<DriveInfo, IOException> failures = new LinkedHashMap<>();
    for (Map.Entry<DriveInfo, CompletableFuture<T>> each : calls.entrySet()) {
      try {
        answers.put(each.getKey(), DriveSet.await(each.getValue()));
      } catch (InterruptedIOException e) {
        throw e;
      } catch (IOException e) {
        failures.put(each.getKey(), e);
      }
    }
    return new Answers<>(answers, failures);
  }

  /**
   * The same on drives that shall take a root. Where fewer than two enclosures do, because drives
   * are full or fail, others take it one by one, until two have it.
   */
  <T> Answers<T> enough(Collection<DriveInfo> wanted, DriveCall<T> call) throws IOException {
    Answers<T> answers = each(wanted, call);
    for (DriveInfo other : available()) {
      if (answers.enclosures() < ENCLOSURES && !wanted.contains(other)) {
        answers = answers.and(each(List.of(other), call));
      }
    }
    return answers;
  }

  /** What each drive said. */
  record Answers<T>(Map<DriveInfo, T> answers, Map<DriveInfo, IOException> failures) {
    private long enclosures() {
      return answers.keySet().stream().map(DriveInfo::enclosure).distinct().count();
    }

    private Answers<T> and(Answers<T> more) {
      Map<DriveInfo, T> allAnswers = new LinkedHashMap<>(answers);
      allAnswers.putAll(more.answers);
      Map<DriveInfo, IOException> allFailures = new LinkedHashMap<>(failures);
      allFailures.putAll(more.failures);
      return new Answers<>(allAnswers, allFailures);
    }

    /**
     * Fails unless drives of two enclosures did what was asked.
     *
     * @throws RootsFullException if one more had done it with room for it
     */
    void requireTwoEnclosures(String what) throws IOException {
      if (enclosures() < ENCLOSURES) {
        String message =
            "%s: drives of %d enclosures took it, 2 are needed: %s"
                .formatted(what, enclosures(), reasons());
        boolean full = failures.values().stream().anyMatch(DriveFullException.class::isInstance);
        IOException failure = full ? new RootsFullException(message) : new IOException(message);
        failures.values().forEach(failure::addSuppressed);
        throw failure;
      }
    }

    private String reasons() {
      return failures.isEmpty()
          ? "no other drive is there"
          : String.join("; ", failures.values().stream().map(Throwable::toString).toList());
    }
  }
}
