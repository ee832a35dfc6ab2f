/**
 * Moves cold segments from mirrors on the SCM drives into stripes on the capacity drives. Planning
 * is pure; making a stripe and committing it are steps of their own, so that any number of workers
 * may make stripes for one committer. Knows neither Flink nor Kafka.
 */
package io.basalt.storage.migrate;
