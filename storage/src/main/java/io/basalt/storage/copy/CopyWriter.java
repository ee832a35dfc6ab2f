package io.basalt.storage.copy;

import io.basalt.storage.drive.DriveInfo;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.drive.Placement;
import io.basalt.storage.leaf.BranchRef;
import io.basalt.storage.leaf.LeafTree;
import io.basalt.storage.leaf.TreeFileWriter;
import io.basalt.storage.leaf.TreeFiles;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.root.CopyRef;
import io.basalt.storage.root.FileRef;
import io.basalt.storage.root.Root;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a metadata copy: what the one before has stays where it is, what is new is written, forced
 * and read back, and the list of all of it comes last. Belongs to one thread.
 *
 * <p>What a stop leaves behind: files under names of the tree on the copy's drives, and perhaps a
 * list that no root names. The next copy takes over those that are intact, and the sweep deletes
 * the others. The copy before is whole until a committed root names another.
 */
public final class CopyWriter {
  private static final Logger LOG = LoggerFactory.getLogger(CopyWriter.class);

  private final DriveSet drives;
  private final MirroredFiles mirrors;
  private final TreeFileWriter files;
  private final CopyPolicy policy;

  /**
   * @param files names the list
   */
  public CopyWriter(
      DriveSet drives, MirroredFiles mirrors, TreeFileWriter files, CopyPolicy policy) {
    this.drives = drives;
    this.mirrors = mirrors;
    this.files = files;
    this.policy = policy;
  }

  /**
   * Copies leaves to as many drives as the policy says, or as many as take them. Empty if none
   * does, or if a leaf or a branch above it cannot be read. What is not as it should be is logged:
   * a compaction goes on without a copy, and frees nothing that the one before needs.
   *
   * @param base the root that the leaves were made of
   * @param top of the leaves that all of it came to; a committed root names it
   */
  public Optional<CopyRef> write(Root base, Optional<BranchRef> top) throws InterruptedIOException {
    try {
      return copy(base, top);
    } catch (InterruptedIOException left) {
      throw left;
    } catch (IOException unreadable) {
      LOG.warn("There is no metadata copy of root {}: {}", base.number(), unreadable.toString());
      return Optional.empty();
    }
  }

  private Optional<CopyRef> copy(Root base, Optional<BranchRef> top) throws IOException {
    TreeFiles tree = new TreeFiles(new LeafTree(mirrors));
    if (top.isPresent()) {
      tree.add(top.get().file());
    }
    List<FileRef> all = tree.files().stream().filter(MetadataCopy::isCopied).toList();
    Map<String, Set<String>> held = held(base.copy());
    Set<String> targets = new LinkedHashSet<>(choose(all, held, base.copy()));
    for (FileRef file : all) {
      List<String> lacking =
          targets.stream().filter(drive -> !holds(held, drive, file.name())).toList();
      if (!lacking.isEmpty()) {
        ByteBuffer bytes = mirrors.read(file);
        targets.removeAll(failing(lacking, drive -> mirrors.put(drive, file, bytes)));
      }
    }
    byte[] list =
        MetadataCopyCodec.encode(
            new MetadataCopy(
                base,
                top.map(branch -> branch.file().name()),
                top.map(BranchRef::files).orElse(0L),
                top.map(BranchRef::bytes).orElse(0L),
                all));
    return list(base, list, targets);
  }

  private Optional<CopyRef> list(Root base, byte[] bytes, Set<String> targets) throws IOException {
    FileRef file = files.name(MetadataCopy.DIRECTORY, bytes);
    targets.removeAll(failing(targets, drive -> mirrors.put(drive, file, ByteBuffer.wrap(bytes))));
    if (targets.size() < policy.drives()) {
      LOG.warn(
          "The metadata copy of root {} stands on {} drives of tier {}, not {}: bring drives back,"
              + " or add some with room",
          base.number(),
          targets.size(),
          policy.tier(),
          policy.drives());
    }
    return targets.isEmpty()
        ? Optional.empty()
        : Optional.of(new CopyRef(base.number(), base.positions(), file.on(List.copyOf(targets))));
  }

  /** What the copy before has, by drive; nothing where its list cannot be read. */
  private Map<String, Set<String>> held(Optional<CopyRef> before) {
    Map<String, Set<String>> held = new HashMap<>();
    if (before.isPresent()) {
      try {
        Set<String> names =
            MetadataCopyCodec.read(mirrors, before.get()).copied().stream()
                .map(FileRef::name)
                .collect(Collectors.toSet());
        before.get().file().drives().forEach(drive -> held.put(drive, names));
      } catch (IOException unreadable) {
        LOG.warn("The metadata copy is made anew: {}", unreadable.getMessage());
      }
    }
    return held;
  }

  private static boolean holds(Map<String, Set<String>> held, String drive, String name) {
    return held.getOrDefault(drive, Set.of()).contains(name);
  }

  /** Drives with room for what they lack: those of the copy before, then the emptiest. */
  private List<String> choose(
      List<FileRef> all, Map<String, Set<String>> held, Optional<CopyRef> before) {
    List<String> stay = before.map(copy -> copy.file().drives()).orElse(List.of());
    List<Placement.Candidate> candidates = new ArrayList<>();
    for (DriveInfo drive : drives.available(policy.tier())) {
      long lacking =
          all.stream()
              .filter(file -> !holds(held, drive.id(), file.name()))
              .mapToLong(FileRef::length)
              .sum();
      try {
        long free = drives.space(drive.id()).freeForMaintenance();
        if (free >= lacking) {
          candidates.add(new Placement.Candidate(drive.id(), drive.enclosure(), free));
        }
      } catch (IOException away) {
        // The set remembers why; here the drive is only left out.
        continue;
      }
    }
    candidates.sort(
        Comparator.comparing((Placement.Candidate each) -> !stay.contains(each.drive()))
            .thenComparing(Comparator.comparingLong(Placement.Candidate::freeBytes).reversed()));
    return Placement.spread(candidates, 0, policy.drives(), policy.sharing());
  }

  /** A copy to one drive. */
  @FunctionalInterface
  private interface Put {
    CompletableFuture<Void> on(String drive);
  }

  /** The drives on which it failed. */
  private static Set<String> failing(Collection<String> on, Put put) throws IOException {
    Map<String, CompletableFuture<Void>> puts = new LinkedHashMap<>();
    on.forEach(drive -> puts.put(drive, put.on(drive)));
    Set<String> failing = new LinkedHashSet<>();
    for (Map.Entry<String, CompletableFuture<Void>> each : puts.entrySet()) {
      try {
        DriveSet.await(each.getValue());
      } catch (InterruptedIOException left) {
        throw left;
      } catch (IOException failed) {
        LOG.warn(
            "Drive {} takes no part in the metadata copy: {}", each.getKey(), failed.toString());
        failing.add(each.getKey());
      }
    }
    return failing;
  }
}
