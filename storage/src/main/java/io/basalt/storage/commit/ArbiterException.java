package io.basalt.storage.commit;

/**
 * The commits topic is not the one that made the head: stop; {@code basalt repair-arbiter} mends
 * it.
 */
public final class ArbiterException extends Exception {
  private static final long serialVersionUID = 1;

  public ArbiterException(String what) {
    super(what);
  }
}
