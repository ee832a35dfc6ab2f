package io.basalt.compaction;

import io.basalt.storage.compact.Abandonment;
import io.basalt.storage.compact.Merged;
import java.util.Optional;

/**
 * A part of a compaction that is done.
 *
 * @param run attempt of the compaction
 * @param base number of the root that is compacted
 * @param tasks how many parts the compaction has
 * @param abandonment which uploads it drops
 */
record MergeResult(
    String run, long base, int tasks, Abandonment abandonment, Optional<Merged> merged) {}
