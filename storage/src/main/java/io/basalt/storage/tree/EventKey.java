package io.basalt.storage.tree;

/** Which path an event changed, and its place in the partition. */
public record EventKey(String path, Version version, int partition) {}
