package io.basalt.cli.command;

import io.basalt.cli.Failure;
import io.basalt.storage.tree.StorePath;

/** Paths of the store as a person types them. */
final class StorePaths {
  private StorePaths() {}

  /** A file's path. */
  static String file(String text) {
    try {
      return StorePath.check(text);
    } catch (IllegalArgumentException e) {
      throw refused(text, e);
    }
  }

  /** A directory's path: {@code /}, or one that may end with a slash; returned as it is. */
  static String directory(String text) {
    try {
      StorePath.directory(text);
      return text;
    } catch (IllegalArgumentException e) {
      throw refused(text, e);
    }
  }

  private static Failure refused(String text, IllegalArgumentException why) {
    return new Failure("'" + text + "' is no path of a store: " + why.getMessage(), why);
  }
}
