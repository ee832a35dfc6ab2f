/**
 * Runs: immutable Parquet files of events sorted by (path, version). {@link
 * io.basalt.storage.run.RunWriter} and {@link io.basalt.storage.run.RunReader} know the bytes and
 * no drives; {@link io.basalt.storage.run.RunMaker} turns sealed tails of a root into a run and the
 * change that swaps them. Parquet is used below its Avro and Hadoop layers, so that neither a
 * Hadoop runtime nor generic records stand between a page and an event.
 */
package io.basalt.storage.run;
