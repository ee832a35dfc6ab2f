package io.basalt.storage.commit;

/** The head no longer says what the change expects: reload, plan anew, retry or give up. */
public final class CommitConflictException extends Exception {
  private static final long serialVersionUID = 1;

  public CommitConflictException(String what) {
    super(what);
  }
}
