package io.basalt.storage.copy;

import io.basalt.storage.leaf.TreeFiles;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.root.CopyRef;
import io.basalt.storage.root.FileRef;
import io.basalt.storage.root.Root;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What a sweep must leave alone beside what roots name by themselves. */
public final class NeededFiles {
  private NeededFiles() {}

  /**
   * The names of all files of the roots' trees and of the first one's metadata copy.
   *
   * @param roots the head, then those that it keeps
   */
  public static Set<String> of(MirroredFiles mirrors, List<Root> roots) throws IOException {
    Set<String> names = new HashSet<>(TreeFiles.of(mirrors, roots));
    if (!roots.isEmpty() && roots.get(0).copy().isPresent()) {
      CopyRef copy = roots.get(0).copy().get();
      names.add(copy.file().name());
      MetadataCopyCodec.read(mirrors, copy).copied().stream()
          .map(FileRef::name)
          .forEach(names::add);
    }
    return names;
  }
}
