package io.basalt.storage.root;

/**
 * The record of the commits topic that decided a root's parent: where whoever holds the root begins
 * to read.
 *
 * @param clusterId empty for a root that no topic is bound to yet
 * @param topicId empty for a root that no topic is bound to yet
 * @param offset offset of that record; -1 if the parent was declared, then reading begins at 0
 * @param recordId body id of the parent; empty if the root itself was declared, by init or by
 *     repair-arbiter, so that no record decided it
 */
public record ArbiterPoint(String clusterId, String topicId, long offset, String recordId) {
  /** Of the first root: it was declared, and any topic may decide what follows. */
  public static final ArbiterPoint NONE = new ArbiterPoint("", "", -1, "");

  /** Whether the root that holds this was declared, not decided. */
  public boolean declared() {
    return recordId.isEmpty();
  }

  /** Whether the root is bound to one topic. */
  public boolean bound() {
    return !topicId.isEmpty();
  }
}
