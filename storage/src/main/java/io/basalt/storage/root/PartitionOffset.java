package io.basalt.storage.root;

/** An offset of one partition of an incarnation of the write topic. */
public record PartitionOffset(int incarnation, int partition, long offset) {
  public boolean isOf(int otherIncarnation, int otherPartition) {
    return incarnation == otherIncarnation && partition == otherPartition;
  }
}
