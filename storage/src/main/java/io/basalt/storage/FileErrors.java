package io.basalt.storage;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** What the file system says, in words: Java's messages are often no more than the file's name. */
public final class FileErrors {
  private FileErrors() {}

  /** What went wrong with which file; of an error that is not the file system's, its message. */
  public static String sentence(IOException error) {
    if (error instanceof NoSuchFileException) {
      return error.getMessage() + " does not exist";
    }
    if (error instanceof FileAlreadyExistsException) {
      return error.getMessage() + " exists already";
    }
    if (error instanceof AccessDeniedException) {
      return "no permission for " + error.getMessage();
    }
    return message(error);
  }

  /** The same for a sentence that names the file itself. */
  public static String reason(IOException error) {
    if (error instanceof AccessDeniedException) {
      return "no permission";
    }
    return error instanceof FileSystemException named && named.getReason() != null
        ? named.getReason()
        : message(error);
  }

  private static String message(IOException error) {
    return error.getMessage() == null ? error.getClass().getSimpleName() : error.getMessage();
  }
}
