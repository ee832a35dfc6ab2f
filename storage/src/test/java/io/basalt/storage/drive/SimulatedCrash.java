package io.basalt.storage.drive;

/** The process stops here. An Error, so that no clean-up of the code under test handles it. */
public final class SimulatedCrash extends Error {
  private static final long serialVersionUID = 1;

  public SimulatedCrash(long operation) {
    super("simulated crash at operation " + operation);
  }
}
