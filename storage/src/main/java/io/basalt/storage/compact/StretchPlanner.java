package io.basalt.storage.compact;

import io.basalt.storage.leaf.LeafLimits;
import io.basalt.storage.leaf.LeafRef;
import io.basalt.storage.tree.PathOrder;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Cuts the work into stretches of about as many rows each. A leaf owns the paths from its first one
 * to before the next leaf's; only leaves that own a changed path are touched, and sparse ones
 * beside these. Else every path too many for a full leaf would leave a leaf of its own for ever; as
 * it is, two neighbours are hardly ever both less than half full. Pure.
 */
final class StretchPlanner {
  /** So many changed paths are remembered at most, as places to cut. */
  static final int MOST_SAMPLES = 1 << 14;

  private final List<Owner> owners = new ArrayList<>();
  private final long rows;
  private final LeafLimits limits;

  /** Of so many changed paths of a leaf one is remembered. */
  private long step = 1;

  private int samples;

  /**
   * @param leaves all leaves, by path
   * @param rows of leaves and changes that a stretch has about
   * @param limits of the leaves that will be written
   */
  StretchPlanner(List<LeafRef> leaves, long rows, LeafLimits limits) {
    this.rows = rows;
    this.limits = limits;
    for (LeafRef leaf : leaves) {
      owners.add(new Owner(owners.isEmpty() ? "" : leaf.minPath(), Optional.of(leaf)));
    }
    if (leaves.isEmpty()) {
      owners.add(new Owner("", Optional.empty()));
    }
  }

  /** Notes what changed in one level, path by path, ascending; a path may repeat. */
  void add(Iterator<String> changed) {
    int at = 0;
    while (changed.hasNext()) {
      String path = changed.next();
      while (at + 1 < owners.size()
          && PathOrder.INSTANCE.compare(owners.get(at + 1).first, path) <= 0) {
        at++;
      }
      if (owners.get(at).add(path, step) && ++samples == MOST_SAMPLES) {
        thin();
      }
    }
  }

  /** Every other sample goes, of all levels so far alike, and fewer are taken from now on. */
  private void thin() {
    step *= 2;
    samples = 0;
    for (Owner owner : owners) {
      samples += owner.thin();
    }
  }

  /** How many changed paths are remembered, however many changed. */
  int samples() {
    return samples;
  }

  /** Notes that leaves are to be touched though nothing changed in them. */
  void touch(Predicate<LeafRef> wanted) {
    for (Owner owner : owners) {
      owner.touched |= owner.leaf.filter(wanted).isPresent();
    }
  }

  /** The stretches by path; none if nothing changed. */
  List<Stretch> stretches() {
    BitSet touched = touched();
    List<Stretch> stretches = new ArrayList<>();
    for (int i = touched.nextSetBit(0); i >= 0; ) {
      int after = i + 1;
      long together = owners.get(i).rows();
      while (touched.get(after) && together + owners.get(after).rows() <= rows) {
        together += owners.get(after).rows();
        after++;
      }
      stretches.addAll(after == i + 1 ? cut(i) : List.of(stretch(i, after)));
      i = touched.nextSetBit(after);
    }
    return stretches;
  }

  /** The owners that go into stretches, sparse neighbours of touched ones among them. */
  private BitSet touched() {
    BitSet touched = new BitSet();
    for (int i = 0; i < owners.size(); i++) {
      boolean beside =
          (i > 0 && owners.get(i - 1).isTouched())
              || (i + 1 < owners.size() && owners.get(i + 1).isTouched());
      boolean sparse = owners.get(i).leaf.filter(limits::isSparse).isPresent();
      touched.set(i, owners.get(i).isTouched() || (beside && sparse));
    }
    return touched;
  }

  private Stretch stretch(int from, int after) {
    return new Stretch(
        owners.get(from).first,
        end(after),
        owners.subList(from, after).stream().flatMap(owner -> owner.leaf.stream()).toList());
  }

  private Optional<String> end(int after) {
    return after < owners.size() ? Optional.of(owners.get(after).first) : Optional.empty();
  }

  /** One leaf whose changes may be more than a stretch should have. */
  private List<Stretch> cut(int owner) {
    Owner cut = owners.get(owner);
    List<String> places = cut.places((int) Math.min(cut.rows() / rows, Integer.MAX_VALUE));
    List<Stretch> stretches = new ArrayList<>();
    String first = cut.first;
    for (String place : places) {
      stretches.add(new Stretch(first, Optional.of(place), cut.leaf.stream().toList()));
      first = place;
    }
    stretches.add(new Stretch(first, end(owner + 1), cut.leaf.stream().toList()));
    return stretches;
  }

  /** A leaf, or all paths where there is none yet, and what changed in it. */
  private static final class Owner {
    private final String first;
    private final Optional<LeafRef> leaf;
    private List<String> samples = List.of();
    private long changes;
    private boolean touched;

    private Owner(String first, Optional<LeafRef> leaf) {
      this.first = first;
      this.leaf = leaf;
    }

    /** Whether the path is remembered: the last one of each step. */
    private boolean add(String path, long step) {
      changes++;
      if (changes % step != 0) {
        return false;
      }
      if (samples.isEmpty()) {
        samples = new ArrayList<>(1);
      }
      samples.add(path);
      return true;
    }

    /** How many are left when only the last ones of steps twice as long stay. */
    private int thin() {
      List<String> left = new ArrayList<>(samples.size() / 2);
      for (int i = 1; i < samples.size(); i += 2) {
        left.add(samples.get(i));
      }
      samples = left;
      return left.size();
    }

    private boolean isTouched() {
      return touched || changes > 0;
    }

    private long rows() {
      return changes + leaf.map(held -> held.files() + held.extents()).orElse(0L);
    }

    /** Up to {@code pieces - 1} paths between pieces of even size. */
    private List<String> places(int pieces) {
      List<String> sorted = new ArrayList<>(samples);
      sorted.sort(PathOrder.INSTANCE);
      List<String> places = new ArrayList<>();
      String last = first;
      for (int i = 1; i < pieces && !sorted.isEmpty(); i++) {
        String place = sorted.get((int) ((long) sorted.size() * i / pieces));
        if (PathOrder.INSTANCE.compare(place, last) > 0) {
          places.add(place);
          last = place;
        }
      }
      return places;
    }
  }
}
