/**
 * The migrate job: a planner decides which segments move, workers make the stripes, and a committer
 * makes each count and frees the SCM. What they do is in {@code io.basalt.storage.migrate}.
 */
package io.basalt.migrate;
