/**
 * Kafka, Flink and the ingest job on one machine. One background process, the supervisor, starts a
 * broker, a JobManager and a TaskManager as processes of their own, starts again what dies, and
 * submits the ingest job whenever the cluster runs without it. What it knows stands in {@code
 * .basalt/} next to the configuration file, so that a new supervisor finds the processes of one
 * that was killed.
 */
package io.basalt.cli.supervisor;
