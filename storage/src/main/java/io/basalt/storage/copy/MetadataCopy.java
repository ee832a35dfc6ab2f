package io.basalt.storage.copy;

import io.basalt.storage.leaf.LeafRef;
import io.basalt.storage.root.FileRef;
import io.basalt.storage.root.Root;
import java.util.List;
import java.util.Optional;

/**
 * What the file says that lists a metadata copy.
 *
 * @param root the root that was copied
 * @param branch name of the top branch of the leaves that all of that root came to; empty if no
 *     path is left
 * @param files how many files these leaves hold
 * @param bytes sum of the files' sizes
 * @param copied all tables of leaves, on the drives of the copy; a list of version 1 has the
 *     branches, too
 */
public record MetadataCopy(
    Root root, Optional<String> branch, long files, long bytes, List<FileRef> copied) {
  /** Directory of the files that list copies. */
  public static final String DIRECTORY = "copies";

  public MetadataCopy {
    copied = List.copyOf(copied);
  }

  /** Whether a file of the tree belongs to the copy: leaves tell by themselves what they hold. */
  public static boolean isCopied(FileRef file) {
    return file.name().startsWith(LeafRef.DIRECTORY + "/");
  }

  /** The tables of leaves among what is copied. */
  public List<FileRef> tables() {
    return copied.stream().filter(MetadataCopy::isCopied).toList();
  }
}
