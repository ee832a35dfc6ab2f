/**
 * Compaction: what happened since the last leaves were made is merged into new ones, and what no
 * root needs any more is freed. {@link io.basalt.storage.compact.StretchPlanner} says what there is
 * to do, {@link io.basalt.storage.compact.StretchMerger} does a part of it, {@link
 * io.basalt.storage.compact.Compaction} commits it all and deletes. Knows no Flink.
 */
package io.basalt.storage.compact;
