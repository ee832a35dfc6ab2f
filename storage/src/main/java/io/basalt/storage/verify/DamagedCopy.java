package io.basalt.storage.verify;

import io.basalt.storage.root.FileRef;

/** A copy of an immutable file that is missing or wrong, while another is intact. */
public record DamagedCopy(FileRef file, String drive) {}
