package io.basalt.client;

/** Whether the write was applied is not known: read the file, or write it again. */
public final class WriteUnknownException extends Exception {
  private static final long serialVersionUID = 1;

  WriteUnknownException(String path, String why) {
    super(path + ": whether it was written is not known, " + why);
  }

  WriteUnknownException(String path, String why, Throwable cause) {
    super(path + ": whether it was written is not known, " + why, cause);
  }
}
