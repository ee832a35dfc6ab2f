package io.basalt.cli.command;

/**
 * What the demo found in the past of its store.
 *
 * @param overwritten files whose content was replaced after the tag
 * @param deleted files that were deleted after it
 * @param leaves that the compaction made of all files
 * @param different files that came back wrong or not at all as of the tag
 * @param freedBytes deleted from drives once the tag was gone, every copy counted
 */
record DemoPast(int overwritten, int deleted, long leaves, long different, long freedBytes) {}
