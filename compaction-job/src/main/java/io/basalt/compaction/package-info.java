/**
 * The compaction job: one planner begins and cuts the work into stretches of paths, workers merge
 * them into leaves, one committer commits all of them and frees what nothing needs any more.
 */
package io.basalt.compaction;
