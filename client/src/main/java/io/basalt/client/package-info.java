/**
 * A Kafka producer for Basalt's write topic whose futures complete when an acknowledgement covers
 * them. {@link io.basalt.client.BasaltClient} is the entry; everything else here keeps its promise
 * that a completed future means durable and visible, and a failed one says why. The bookkeeping
 * ({@link io.basalt.client.PendingWrites}) is free of I/O and threads.
 */
package io.basalt.client;
