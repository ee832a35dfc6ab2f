package io.basalt.compaction;

import io.basalt.storage.rewrite.RewritePlan;

/**
 * A part of the rewriting that follows a merge.
 *
 * @param run attempt of the rewriting
 * @param base number of the root whose leaves are rewritten
 * @param tasks how many parts the rewriting has
 */
record RewriteTask(String run, long base, int tasks, RewritePlan.Task work) {}
