package io.basalt.storage.leaf;

import io.basalt.storage.tree.PathState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Cuts states, which come sorted by path, into leaves and writes these. */
public final class LeafWriter {
  private final TreeFileWriter files;
  private final LeafLimits limits;
  private final List<LeafRef> written = new ArrayList<>();
  private LeafEncoder leaf = new LeafEncoder();

  public LeafWriter(TreeFileWriter files, LeafLimits limits) {
    this.files = files;
    this.limits = limits;
  }

  /** Adds the next path; one of which nothing is left is passed over. */
  public void add(PathState state) throws IOException {
    if (state.isEmpty()) {
      return;
    }
    leaf.add(state);
    if (leaf.isFull(limits)) {
      write();
    }
  }

  /** Ends the last leaf and returns all of them in order. */
  public List<LeafRef> finish() throws IOException {
    if (!leaf.isEmpty()) {
      write();
    }
    return List.copyOf(written);
  }

  private void write() throws IOException {
    written.add(files.write(leaf.finish()));
    leaf = new LeafEncoder();
  }
}
