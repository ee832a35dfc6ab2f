package io.basalt.compaction;

import io.basalt.storage.compact.Abandonment;
import io.basalt.storage.compact.Stretch;
import java.util.Optional;

/**
 * A part of a compaction.
 *
 * @param run attempt of the compaction
 * @param base number of the root that is compacted
 * @param tasks how many parts the compaction has
 * @param abandonment which uploads it drops
 * @param stretch what to merge; empty where nothing changed and only dead space is looked for
 */
record MergeTask(
    String run, long base, int tasks, Abandonment abandonment, Optional<Stretch> stretch) {}
