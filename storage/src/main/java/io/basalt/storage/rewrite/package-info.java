/**
 * Gives back the space of data that is dead where its segment is not: live parts are copied out of
 * sparse segments and stripes into new ones, and the leaves that refer to them are written with the
 * new places. {@link io.basalt.storage.rewrite.SparsePlanner} says what is worth it, {@link
 * io.basalt.storage.rewrite.LeafRewriter} does a part of it, {@link
 * io.basalt.storage.rewrite.Rewriting} commits it all. Knows no Flink.
 */
package io.basalt.storage.rewrite;
