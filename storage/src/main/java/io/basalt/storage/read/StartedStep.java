package io.basalt.storage.read;

import java.io.IOException;

/** A step whose reads are under way. */
@FunctionalInterface
interface StartedStep {
  /** Waits for them and gives the sink what was read, checked; in the order of the steps. */
  void finish(FileSink sink) throws IOException;
}
