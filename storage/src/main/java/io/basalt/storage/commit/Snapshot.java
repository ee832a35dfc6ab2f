package io.basalt.storage.commit;

import io.basalt.storage.root.Root;

/** A root that is read, the head perhaps, and the head that was the newest by then. */
public record Snapshot(Root head, Root root) {}
