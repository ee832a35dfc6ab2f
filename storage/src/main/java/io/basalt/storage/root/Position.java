package io.basalt.storage.root;

/**
 * How far a partition is applied.
 *
 * @param next next offset to apply
 * @param leaderEpoch leader epoch of the record before next, or -1
 * @param rejects end offset of the rejects topic when this position was committed
 */
public record Position(int incarnation, int partition, long next, int leaderEpoch, long rejects) {}
