/**
 * The metadata copy: the leaves of one root on capacity drives, or on SCM where there are none, so
 * that the tree can be made anew when its other files are lost. {@link
 * io.basalt.storage.copy.CopyWriter} makes it during a compaction, {@link
 * io.basalt.storage.copy.MetadataCopy} is what the file says that lists it.
 */
package io.basalt.storage.copy;
