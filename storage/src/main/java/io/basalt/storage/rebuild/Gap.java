package io.basalt.storage.rebuild;

/**
 * Offsets [from, next) of a partition that are not restored, though index blocks cover some of
 * them.
 *
 * @param why one sentence
 */
public record Gap(int incarnation, int partition, long from, long next, String why) {}
