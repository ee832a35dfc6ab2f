/**
 * Runs: immutable Parquet files of events sorted by (path, version). {@link
 * io.basalt.storage.run.RunReader} knows the bytes and no drives; {@link
 * io.basalt.storage.run.RunMaker} turns sealed tails of a root into a run and the change that swaps
 * them.
 */
package io.basalt.storage.run;
