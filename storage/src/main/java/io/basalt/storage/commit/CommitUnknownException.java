package io.basalt.storage.commit;

/** Whether the commit won is not known: delete nothing, append the same record again. */
public final class CommitUnknownException extends Exception {
  private static final long serialVersionUID = 1;

  public CommitUnknownException(String what, Throwable cause) {
    super(what, cause);
  }
}
