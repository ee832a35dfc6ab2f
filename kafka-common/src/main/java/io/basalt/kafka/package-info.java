/**
 * The Kafka side of the contracts: the rules of a write record, the topics and what must hold for
 * them, the JSON of acknowledgements and rejects, and where each partition is to be read from.
 * Knows no Flink.
 */
package io.basalt.kafka;
