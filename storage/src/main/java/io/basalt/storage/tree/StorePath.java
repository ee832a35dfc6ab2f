package io.basalt.storage.tree;

/** Rules of a path. */
public final class StorePath {}
