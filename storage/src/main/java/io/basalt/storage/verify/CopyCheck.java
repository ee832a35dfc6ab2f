package io.basalt.storage.verify;

import io.basalt.storage.copy.MetadataCopy;
import io.basalt.storage.copy.MetadataCopyCodec;
import io.basalt.storage.leaf.LeafRef;
import io.basalt.storage.root.CopyRef;
import io.basalt.storage.root.FileRef;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.TreeTop;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The metadata copy: its list and all files that this names are intact on every drive of the copy,
 * and where it was made of the head's leaves it has all their tables.
 */
final class CopyCheck {
  private final Copies copies;
  private final Findings findings;
  private final Set<FileRef> files = new HashSet<>();

  CopyCheck(Copies copies, Findings findings) {
    this.copies = copies;
    this.findings = findings;
  }

  /**
   * Checks the copy of a head.
   *
   * @param tree names of the files of the head's tree
   */
  void check(Root head, Set<String> tree) {
    if (head.copy().isEmpty()) {
      return;
    }
    CopyRef copy = head.copy().get();
    files.add(copy.file());
    Optional<ByteBuffer> bytes = copies.check(Problem.Kind.COPY, copy.file());
    if (bytes.isEmpty()) {
      return;
    }
    String drives = String.join("/", copy.file().drives());
    MetadataCopy list;
    try {
      list =
          MetadataCopyCodec.decode(bytes.get(), drives, copy.file().name(), copy.file().drives());
    } catch (IOException e) {
      findings.problem(Problem.Kind.COPY, drives, copy.file().name(), e.getMessage());
      return;
    }
    findings.count("copied", list.copied().size());
    for (FileRef file : list.copied()) {
      files.add(file);
      copies.check(Problem.Kind.COPY, file);
    }
    requireSame(head, copy, list, tree);
  }

  private void requireSame(Root head, CopyRef copy, MetadataCopy list, Set<String> tree) {
    Root copied = list.root();
    if (copied.number() != copy.root() || !copied.positions().equals(copy.positions())) {
      findings.problem(
          Problem.Kind.COPY,
          "",
          copy.file().name(),
          "is of root %d, not %d".formatted(copied.number(), copy.root()));
    }
    Set<String> names = list.tables().stream().map(FileRef::name).collect(Collectors.toSet());
    Set<String> tables =
        tree.stream()
            .filter(name -> name.startsWith(LeafRef.DIRECTORY + "/"))
            .collect(Collectors.toSet());
    if (isOfTop(head, list) && !names.equals(tables)) {
      findings.problem(
          Problem.Kind.COPY,
          "",
          copy.file().name(),
          "lists %d tables, the leaves have %d others".formatted(names.size(), tables.size()));
    }
  }

  /** Leaves that were rewritten since hold the same and stand at other places. */
  private static boolean isOfTop(Root head, MetadataCopy list) {
    return head.tree()
        .filter(top -> top.root() == list.root().number())
        .map(TreeTop::branch)
        .filter(branch -> branch.map(FileRef::name).equals(list.branch()))
        .isPresent();
  }

  /** All files of the copy, on its drives. */
  Set<FileRef> files() {
    return files;
  }
}
