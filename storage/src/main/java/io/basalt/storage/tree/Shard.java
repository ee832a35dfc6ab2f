package io.basalt.storage.tree;

/** Contiguous bytes of one write in one segment. Position and length are bytes. */
public record Shard(String segment, long position, int length, int crc32c) {}
