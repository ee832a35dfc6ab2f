package io.basalt.storage.rebuild;

import io.basalt.storage.root.Position;
import java.util.List;
import java.util.OptionalLong;

/**
 * What a rebuild found.
 *
 * @param copy number of the root whose metadata copy was used; empty if there is none
 * @param files how many files the tree has
 * @param bytes sum of their sizes
 * @param events how many were applied onto the copy
 * @param positions how far each partition is restored
 * @param gaps offsets that are not restored though something of them was found
 * @param lost files of the copy that lost bytes; they are not in the tree
 * @param fastTier whether every segment still had a mirror; if not, what had not migrated is lost,
 *     also where nothing tells of it
 * @param notes what was damaged or missing, a sentence each
 */
public record RebuildReport(
    OptionalLong copy,
    long files,
    long bytes,
    long events,
    List<Position> positions,
    List<Gap> gaps,
    List<Lost> lost,
    boolean fastTier,
    List<String> notes) {
  public RebuildReport {
    positions = List.copyOf(positions);
    gaps = List.copyOf(gaps);
    lost = List.copyOf(lost);
    notes = List.copyOf(notes);
  }

  /**
   * A file, or a pending upload of it, whose bytes are not all there.
   *
   * @param upload id of the upload; empty for the file itself
   * @param size bytes
   * @param lostBytes of these, not restored
   */
  public record Lost(String path, String upload, long size, long lostBytes) {}

  /** Whether the head may have had more. */
  public boolean isPartial() {
    return !fastTier || !gaps.isEmpty() || !lost.isEmpty();
  }
}
