package io.basalt.client;

/** The ingest rejected the write, so it changed nothing: correct it, do not repeat it. */
public final class WriteRejectedException extends Exception {
  private static final long serialVersionUID = 1;

  private final String reason;

  WriteRejectedException(String path, String reason) {
    super(path + " was rejected: " + reason);
    this.reason = reason;
  }

  /** Why, in the words of the ingest. */
  public String reason() {
    return reason;
  }
}
