/**
 * Leaves and branches: what the events of a root came to, as Parquet tables of disjoint path ranges
 * below a wide tree of branches. All of it is immutable; a new tree shares with the one before what
 * did not change. Reading starts at {@link io.basalt.storage.leaf.LeafTree}.
 */
package io.basalt.storage.leaf;
