/**
 * How one root follows another: bodies on the root drives, the arbiter's log that decides between
 * them, and what may be deleted afterwards. {@link io.basalt.storage.commit.RootCommitter} is the
 * protocol; {@link io.basalt.storage.commit.Pruner} and {@link io.basalt.storage.commit.Sweeper}
 * delete only what a committed root no longer names.
 */
package io.basalt.storage.commit;
