/**
 * Immutable files that stand whole on several drives: runs, leaves, branches, usage, location maps.
 */
package io.basalt.storage.mirror;
