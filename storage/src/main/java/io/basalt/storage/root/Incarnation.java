package io.basalt.storage.root;

/** A write topic that was used: number from 1, Kafka's topic id, and its fixed partition count. */
public record Incarnation(int number, String topic, String topicId, int partitions) {}
