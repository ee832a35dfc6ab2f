package io.basalt.cli;

/** A command that cannot be done; the message is one plain sentence for the person who typed it. */
public final class Failure extends RuntimeException {
  private static final long serialVersionUID = 1;

  public Failure(String message) {
    super(message);
  }

  public Failure(String message, Throwable cause) {
    super(message, cause);
  }
}
