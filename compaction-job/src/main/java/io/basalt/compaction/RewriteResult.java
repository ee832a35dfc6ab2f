package io.basalt.compaction;

import io.basalt.storage.rewrite.Rewritten;

/**
 * A part of a rewriting that is done.
 *
 * @param run attempt of the rewriting
 * @param base number of the root whose leaves are rewritten
 * @param tasks how many parts the rewriting has
 */
record RewriteResult(String run, long base, int tasks, Rewritten rewritten) {}
