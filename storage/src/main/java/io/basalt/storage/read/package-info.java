/**
 * Reading files back: from a root to the events of a path, by {@link io.basalt.storage.tree.Fold}
 * to extents, by the head's location map to mirrors, and to bytes that were checked against their
 * CRC32C. What to read is planned by pure code ({@link io.basalt.storage.read.ReadPlan}); {@link
 * io.basalt.storage.read.StoreReader} is the way in. Nothing here writes or talks to Kafka.
 */
package io.basalt.storage.read;
