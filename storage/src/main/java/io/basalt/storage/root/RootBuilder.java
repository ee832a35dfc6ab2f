package io.basalt.storage.root;

/** Edits the successor of a root. */
public final class RootBuilder {}
