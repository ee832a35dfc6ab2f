package io.basalt.storage.tree;

/** Orders all events of a path: the incarnation of its topic, then the offset in its partition. */
public record Version(int incarnation, long offset) implements Comparable<Version> {
  @Override
  public int compareTo(Version other) {
    int byIncarnation = Integer.compare(incarnation, other.incarnation);
    return byIncarnation != 0 ? byIncarnation : Long.compare(offset, other.offset);
  }
}
