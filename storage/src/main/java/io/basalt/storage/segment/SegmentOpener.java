package io.basalt.storage.segment;

import io.basalt.storage.FileErrors;
import io.basalt.storage.config.Tier;
import io.basalt.storage.drive.DriveFile;
import io.basalt.storage.drive.DriveFullException;
import io.basalt.storage.drive.DriveInfo;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.drive.DriveUnavailableException;
import io.basalt.storage.drive.Placement;
import io.basalt.storage.drive.Space;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;

/**
 * Makes new segments: picks two drives of different enclosures, weighted by free space, and makes
 * the file on both, forced with its directory, so that the first flush has only its own bytes to
 * force.
 */
final class SegmentOpener {
  private final DriveSet drives;
  private final RandomGenerator random;

  SegmentOpener(DriveSet drives, RandomGenerator random) {
    this.drives = drives;
    this.random = random;
  }

  /** A new segment, or why there is none now. */
  sealed interface Outcome {
    record Opened(OpenSegment segment) implements Outcome {}

    /** No two drives have room: one may be made once segments were moved or freed. */
    record Full(String reason) implements Outcome {}

    /** Too few drives, or one failed while the file was made: try again with those left. */
    record Unavailable(String reason) implements Outcome {}
  }

  /** Never fails exceptionally, but for programming errors. */
  CompletableFuture<Outcome> open(String id, long size) {
    List<DriveInfo> scm = drives.available(Tier.SCM);
    if (scm.stream().map(DriveInfo::enclosure).distinct().count() < 2) {
      return CompletableFuture.completedFuture(new Outcome.Unavailable(tooFew()));
    }
    Map<DriveInfo, CompletableFuture<Optional<Space>>> spaces = new LinkedHashMap<>();
    for (DriveInfo info : scm) {
      // A drive that does not answer is no candidate; the set remembers why.
      spaces.put(
          info, drives.submitSpace(info.id()).handle((space, error) -> Optional.ofNullable(space)));
    }
    return CompletableFuture.allOf(spaces.values().toArray(CompletableFuture[]::new))
        .thenCompose(all -> place(id, size, answers(spaces)));
  }

  private static Map<DriveInfo, Space> answers(
      Map<DriveInfo, CompletableFuture<Optional<Space>>> spaces) {
    Map<DriveInfo, Space> answers = new LinkedHashMap<>();
    spaces.forEach((info, future) -> future.join().ifPresent(s -> answers.put(info, s)));
    return answers;
  }

  private CompletableFuture<Outcome> place(String id, long size, Map<DriveInfo, Space> spaces) {
    List<Placement.Candidate> candidates = new ArrayList<>();
    spaces.forEach(
        (info, space) ->
            candidates.add(
                new Placement.Candidate(info.id(), info.enclosure(), space.freeForData())));
    Optional<List<String>> pair;
    synchronized (random) {
      pair = Placement.pair(candidates, size, random);
    }
    return pair.isPresent()
        ? make(id, size, pair.get())
        : CompletableFuture.completedFuture(none(spaces));
  }

  private Outcome none(Map<DriveInfo, Space> spaces) {
    if (spaces.keySet().stream().map(DriveInfo::enclosure).distinct().count() < 2) {
      return new Outcome.Unavailable(tooFew());
    }
    long used = spaces.values().stream().mapToLong(Space::usedBytes).sum();
    long size = spaces.values().stream().mapToLong(Space::sizeBytes).sum();
    return new Outcome.Full(
        "SCM %d %% full; no two drives of different enclosures have room for a segment"
            .formatted(Math.min(100, Math.round(100.0 * used / size))));
  }

  private String tooFew() {
    return "fewer than two SCM enclosures can be written; unavailable: " + drives.unavailable();
  }

  private CompletableFuture<Outcome> make(String id, long size, List<String> pair) {
    String name = "segments/" + id;
    List<CompletableFuture<DriveFile>> making = new ArrayList<>();
    for (String drive : pair) {
      making.add(
          drives.submit(
              drive,
              d -> {
                DriveFile file = d.create(name, size);
                file.force();
                d.forceDirectoryOf(name);
                return file;
              }));
    }
    return CompletableFuture.allOf(making.toArray(CompletableFuture[]::new))
        .handle((all, error) -> made(id, size, pair, making, error));
  }

  private Outcome made(
      String id,
      long size,
      List<String> pair,
      List<CompletableFuture<DriveFile>> making,
      Throwable error) {
    if (error == null) {
      List<DriveFile> files = making.stream().map(CompletableFuture::join).toList();
      return new Outcome.Opened(new OpenSegment(id, pair, files, size));
    }
    // The other mirror of a segment that could not be made is of no use to anybody.
    for (int i = 0; i < pair.size(); i++) {
      String drive = pair.get(i);
      making.get(i).thenAccept(file -> delete(drive, file));
    }
    return failed(error);
  }

  /** Deletes a segment that no flush has touched. What stays behind is left for the sweep. */
  void discard(OpenSegment segment) {
    for (int i = 0; i < segment.drives().size(); i++) {
      delete(segment.drives().get(i), segment.files().get(i));
    }
  }

  private void delete(String drive, DriveFile file) {
    drives
        .submit(
            drive,
            d -> {
              file.close();
              d.delete(file.name());
              return null;
            })
        .exceptionally(leftForTheSweep -> null);
  }

  /** Closes the files on their drives' threads; an error then says nothing about forced bytes. */
  void close(OpenSegment segment) {
    for (int i = 0; i < segment.drives().size(); i++) {
      DriveFile file = segment.files().get(i);
      drives
          .submit(
              segment.drives().get(i),
              d -> {
                file.close();
                return null;
              })
          .exceptionally(nothingLost -> null);
    }
  }

  private static Outcome failed(Throwable error) {
    IOException io = DriveSet.ioException(error);
    if (io instanceof DriveFullException) {
      return new Outcome.Full(io.getMessage());
    }
    if (io instanceof DriveUnavailableException) {
      return new Outcome.Unavailable(io.getMessage());
    }
    return new Outcome.Unavailable("a segment cannot be made: " + FileErrors.sentence(io));
  }
}
