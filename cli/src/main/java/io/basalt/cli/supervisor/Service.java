package io.basalt.cli.supervisor;

import java.io.IOException;

/** A process that the supervisor keeps running. */
interface Service {
  String name();

  /** Whether it accepts connections where clients expect it. */
  boolean answers();

  /** Writes what the process reads at its start, and says how to start it. */
  ServiceProcess.Launch launch() throws IOException;
}
