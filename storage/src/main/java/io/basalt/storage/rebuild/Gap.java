package io.basalt.storage.rebuild;

/**
 * Offsets [from, next) of a partition that are not restored, though something tells of some of
 * them, or that may have been applied.
 *
 * @param next -1 if nothing tells how far the partition was applied
 * @param why one sentence
 */
public record Gap(int incarnation, int partition, long from, long next, String why) {}
