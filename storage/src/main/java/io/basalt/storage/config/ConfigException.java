package io.basalt.storage.config;

/** A basalt.yaml, or the drives that it names, must be corrected; the message says what and how. */
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public ConfigException(String what) {
    super(what);
  }

  public ConfigException(String what, Throwable cause) {
    super(what, cause);
  }
}
