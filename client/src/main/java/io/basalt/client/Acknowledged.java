package io.basalt.client;

/**
 * A write that is durable on two drives and visible.
 *
 * @param path the file that was written
 * @param partition the partition of the write topic that holds its last record
 * @param offset the offset of that record
 * @param root a root that contains the write; every later root does as well
 */
public record Acknowledged(String path, int partition, long offset, long root) {}
