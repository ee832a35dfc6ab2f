/**
 * The tree's values and pure logic: paths and their order, events, and the fold that turns the
 * events of a path into the extents of a file. Nothing here does I/O; everything is a function of
 * its arguments. Reading starts at {@link io.basalt.storage.tree.Fold}.
 */
package io.basalt.storage.tree;
