package io.basalt.storage.ingest;

import io.basalt.storage.root.PartitionOffset;

/**
 * That an upload is published.
 *
 * @param oldest its oldest part
 * @param seenAt root in which the parts that came before it were looked up
 */
public record Published(PartitionOffset oldest, long seenAt) {}
