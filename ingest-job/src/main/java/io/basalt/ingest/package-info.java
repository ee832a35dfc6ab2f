/**
 * The streaming job that stores Kafka records. Each task reads records and writes them, in one
 * thread, to segments on two drives; one committer makes what was flushed part of a root and
 * acknowledges it. Flink's checkpoints only bound what is read again: where a task reads on is said
 * by the head, never by a checkpoint.
 */
package io.basalt.ingest;
