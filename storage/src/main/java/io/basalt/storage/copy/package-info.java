/**
 * The metadata copy: the leaves and branches of one root on capacity drives, so that the tree
 * outlives the fast tier. {@link io.basalt.storage.copy.CopyWriter} makes it during a compaction,
 * {@link io.basalt.storage.copy.MetadataCopy} is what the file says that lists it.
 */
package io.basalt.storage.copy;
