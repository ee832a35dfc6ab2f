package io.basalt.storage.leaf;

import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.root.FileRef;
import io.basalt.storage.table.EncodedTable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/**
 * Puts the files of a tree on drives of two enclosures, forced there when a call returns. A stop
 * leaves files that no root names, which the sweep of their attempt deletes.
 */
public final class TreeFileWriter {
  private final MirroredFiles mirrors;
  private final String owner;
  private final AtomicLong sequence = new AtomicLong();

  /**
   * @param owner begins with the attempt, is in the name of each file, and no other writer has it
   */
  public TreeFileWriter(MirroredFiles mirrors, String owner) {
    this.mirrors = mirrors;
    this.owner = owner;
  }

  /** Writes in the name of an attempt; a task that starts anew gets other names. */
  public static TreeFileWriter of(MirroredFiles mirrors, String attempt, RandomGenerator random) {
    return new TreeFileWriter(mirrors, "%s-%016x".formatted(attempt, random.nextLong()));
  }

  LeafRef write(EncodedLeaf leaf) throws IOException {
    String name = LeafRef.DIRECTORY + "/" + next();
    return new LeafRef(
        leaf.minPath(),
        leaf.maxPath(),
        rows(leaf.files()),
        rows(leaf.extents()),
        rows(leaf.parts()),
        leaf.bytes(),
        table(LeafTable.FILES.file(name), leaf.files()),
        table(LeafTable.EXTENTS.file(name), leaf.extents()),
        table(LeafTable.PARTS.file(name), leaf.parts()));
  }

  BranchRef write(Branch branch) throws IOException {
    return new BranchRef(
        branch.minPath(),
        branch.maxPath(),
        branch.children().stream().mapToLong(Child::files).sum(),
        branch.children().stream().mapToLong(Child::bytes).sum(),
        write("branches/" + next(), ByteBuffer.wrap(BranchCodec.encode(branch))));
  }

  /** Writes another small file of the tree. */
  public FileRef write(String directory, byte[] bytes) throws IOException {
    return write(directory + "/" + next(), ByteBuffer.wrap(bytes));
  }

  /** A name for another small file, which the caller writes; on no drive yet. */
  public FileRef name(String directory, byte[] bytes) {
    return MirroredFiles.reference(directory + "/" + next(), ByteBuffer.wrap(bytes));
  }

  private String next() {
    return owner + "-" + sequence.getAndIncrement();
  }

  private static long rows(Optional<EncodedTable> table) {
    return table.map(EncodedTable::rows).orElse(0L);
  }

  private Optional<FileRef> table(String name, Optional<EncodedTable> table) throws IOException {
    return table.isEmpty() ? Optional.empty() : Optional.of(write(name, table.get().bytes()));
  }

  private FileRef write(String name, ByteBuffer bytes) throws IOException {
    return mirrors.writeTwice(name, name, bytes);
  }
}
