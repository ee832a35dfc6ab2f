/**
 * What an ingest commits, as pure values: the ranges of the write topic that a flush covers, the
 * segments that it filled, and the change that makes both part of a root. Knows neither Kafka nor
 * drives.
 */
package io.basalt.storage.ingest;
