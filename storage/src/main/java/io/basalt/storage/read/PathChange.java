package io.basalt.storage.read;

import io.basalt.storage.tree.PathState;

/** A path that changed since a root's leaves were made: what these hold of it, and what it is. */
public record PathChange(PathState before, PathState after) {}
