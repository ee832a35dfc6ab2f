package io.basalt.storage.tree;

/**
 * What a listing says of a file: all but where its bytes are.
 *
 * @param size bytes
 * @param modified Kafka timestamp of the event that changed it last, milliseconds since the epoch
 * @param version of that event
 */
public record ListedFile(String path, long size, long modified, Version version) {}
