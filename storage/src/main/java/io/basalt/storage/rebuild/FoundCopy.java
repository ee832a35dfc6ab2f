package io.basalt.storage.rebuild;

import io.basalt.storage.copy.MetadataCopy;
import io.basalt.storage.copy.MetadataCopyCodec;
import io.basalt.storage.drive.DriveFile;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.leaf.LeafRef;
import io.basalt.storage.leaf.LooseLeaves;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.root.CopyRef;
import io.basalt.storage.root.FileRef;
import io.basalt.storage.root.Position;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The newest complete metadata copy that the drives hold and that no later era gave up.
 *
 * @param copy its files stand on whatever drives hold them, mirrors on SCM included
 * @param leaves in the order of their paths
 * @param ref names it as the head does, on the drives that hold all of it
 * @param later positions of newer copies that are not complete: more was there than this one holds
 */
record FoundCopy(MetadataCopy copy, List<LeafRef> leaves, CopyRef ref, List<Position> later) {

  /**
   * Looks at all lists of copies, the newest root first. Reads every file of the one that it finds.
   *
   * @param starts where later eras began: a copy that they gave up is passed over
   * @param notes takes a sentence on each that is newer and was not taken
   * @throws IOException if there are lists and no copy is complete
   */
  static Optional<FoundCopy> newest(
      DriveSet drives,
      MirroredFiles mirrors,
      FoundFiles files,
      EraStarts starts,
      Consumer<String> notes)
      throws IOException {
    List<Candidate> candidates = new ArrayList<>();
    for (String name : files.in(MetadataCopy.DIRECTORY)) {
      candidate(drives, files, name, notes).ifPresent(candidates::add);
    }
    candidates.sort(
        Comparator.comparingLong((Candidate each) -> each.copy().root().number()).reversed());
    List<Position> later = new ArrayList<>();
    String first = null;
    for (Candidate candidate : candidates) {
      if (starts.gaveUp(candidate.copy().root())) {
        String what =
            "the metadata copy of root %d holds what the tree was made anew without"
                .formatted(candidate.copy().root().number());
        notes.accept(what);
        first = first == null ? what : first;
        continue;
      }
      try {
        List<LeafRef> leaves = leaves(candidate.copy(), mirrors);
        return Optional.of(new FoundCopy(candidate.copy(), leaves, candidate.ref(files), later));
      } catch (InterruptedIOException left) {
        throw left;
      } catch (IOException incomplete) {
        String what =
            "the metadata copy of root %d is not complete: %s"
                .formatted(candidate.copy().root().number(), why(incomplete));
        notes.accept(what);
        later.addAll(candidate.copy().root().positions());
        first = first == null ? what : first;
      }
    }
    if (first != null) {
      throw new IOException(first + "; bring back the drives that hold a complete one");
    }
    return Optional.empty();
  }

  private static String why(IOException failure) {
    return failure instanceof NoSuchFileException
        ? failure.getMessage() + " is missing"
        : failure.getMessage();
  }

  private static Optional<Candidate> candidate(
      DriveSet drives, FoundFiles files, String name, Consumer<String> notes)
      throws InterruptedIOException {
    Optional<Candidate> intact = Optional.empty();
    List<String> on = new ArrayList<>();
    for (String drive : files.on(name).keySet()) {
      try {
        ByteBuffer bytes = drives.call(drive, d -> whole(d.open(name)));
        MetadataCopy copy = MetadataCopyCodec.decode(bytes, drive, name, List.of());
        on.add(drive);
        if (intact.isEmpty()) {
          intact =
              Optional.of(
                  new Candidate(found(copy, files), MirroredFiles.reference(name, bytes), on));
        }
      } catch (InterruptedIOException left) {
        throw left;
      } catch (IOException damaged) {
        notes.accept(damaged.getMessage());
      }
    }
    return intact;
  }

  private static ByteBuffer whole(DriveFile opened) throws IOException {
    try (DriveFile file = opened) {
      ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(file.length()));
      file.read(bytes, 0);
      return bytes.flip();
    }
  }

  /** The copy with its files on whatever drives hold one of that length. */
  private static MetadataCopy found(MetadataCopy copy, FoundFiles files) {
    return new MetadataCopy(
        copy.root(),
        copy.branch(),
        copy.files(),
        copy.bytes(),
        copy.copied().stream().map(file -> file.on(holding(files, file))).toList());
  }

  private static List<String> holding(FoundFiles files, FileRef file) {
    return files.on(file.name()).entrySet().stream()
        .filter(each -> each.getValue() == file.length())
        .map(Map.Entry::getKey)
        .toList();
  }

  private static List<LeafRef> leaves(MetadataCopy copy, MirroredFiles mirrors) throws IOException {
    for (FileRef table : copy.tables()) {
      if (table.drives().isEmpty()) {
        throw new NoSuchFileException(table.name());
      }
    }
    return LooseLeaves.of(mirrors, copy.tables());
  }

  /** A list that was found. */
  private record Candidate(MetadataCopy copy, FileRef list, List<String> on) {
    private CopyRef ref(FoundFiles files) {
      List<String> whole =
          on.stream()
              .filter(
                  drive -> copy.tables().stream().allMatch(file -> file.drives().contains(drive)))
              .toList();
      return new CopyRef(
          copy.root().number(),
          copy.root().positions(),
          list.on(whole.isEmpty() ? List.copyOf(files.on(list.name()).keySet()) : whole));
    }
  }
}
