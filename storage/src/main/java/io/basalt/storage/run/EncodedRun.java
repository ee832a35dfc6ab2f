package io.basalt.storage.run;

import java.nio.ByteBuffer;

/** The bytes of a run that is not yet on drives, and what a root says of it. */
public record EncodedRun(ByteBuffer bytes, long rows, String minPath, String maxPath) {}
