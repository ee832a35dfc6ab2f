package io.basalt.storage.root;

/**
 * The record of the commits topic that decided a root's parent; offset -1 and empty ids if none
 * did.
 */
public record ArbiterPoint(String clusterId, String topicId, long offset, String recordId) {
  public static final ArbiterPoint NONE = new ArbiterPoint("", "", -1, "");
}
