package io.basalt.storage.tree;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Rules of a path: absolute, {@code /}-separated UTF-8 of at most {@value #MAX_BYTES} bytes; no
 * part is empty, {@code .} or {@code ..}; no NUL. {@code /} alone names no file.
 */
public final class StorePath {
  public static final int MAX_BYTES = 4096;

  private StorePath() {}

  /**
   * Decodes and checks a path.
   *
   * @throws IllegalArgumentException in words that can be shown to whoever sent it
   */
  public static String check(byte[] utf8) {
    if (utf8 == null || utf8.length == 0) {
      throw new IllegalArgumentException("path is empty");
    }
    checkLength(utf8.length);
    try {
      return checkParts(
          StandardCharsets.UTF_8
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .onUnmappableCharacter(CodingErrorAction.REPORT)
              .decode(ByteBuffer.wrap(utf8))
              .toString());
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("path is not UTF-8", e);
    }
  }

  /**
   * Checks a path and returns it.
   *
   * @throws IllegalArgumentException in words that can be shown to whoever typed it
   */
  public static String check(String path) {
    try {
      // An unpaired surrogate has no UTF-8 form, so two such paths could not be told apart when
      // stored.
      checkLength(
          StandardCharsets.UTF_8
              .newEncoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .onUnmappableCharacter(CodingErrorAction.REPORT)
              .encode(CharBuffer.wrap(path))
              .remaining());
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("path cannot be written as UTF-8", e);
    }
    return checkParts(path);
  }

  /**
   * The directory form of a prefix: what every path below it starts with, {@code /} at its end.
   *
   * @throws IllegalArgumentException if the prefix is neither {@code /} nor a path
   */
  public static String directory(String prefix) {
    if (prefix.isEmpty() || prefix.equals("/")) {
      return "/";
    }
    String path = prefix.endsWith("/") ? prefix.substring(0, prefix.length() - 1) : prefix;
    return check(path) + "/";
  }

  private static void checkLength(int bytes) {
    if (bytes > MAX_BYTES) {
      throw new IllegalArgumentException(
          "path has " + bytes + " bytes; at most " + MAX_BYTES + " are allowed");
    }
  }

  private static String checkParts(String path) {
    if (path.isEmpty()) {
      throw new IllegalArgumentException("path is empty");
    }
    if (path.charAt(0) != '/') {
      throw new IllegalArgumentException("path does not start with /");
    }
    if (path.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("path contains NUL");
    }
    int start = 1;
    while (start <= path.length()) {
      int slash = path.indexOf('/', start);
      int end = slash < 0 ? path.length() : slash;
      checkPart(path, start, end);
      start = end + 1;
    }
    return path;
  }

  private static void checkPart(String path, int start, int end) {
    int length = end - start;
    if (length == 0) {
      throw new IllegalArgumentException("path has an empty part");
    }
    if (length <= 2 && path.charAt(start) == '.' && path.charAt(end - 1) == '.') {
      throw new IllegalArgumentException("path has a part " + path.substring(start, end));
    }
  }
}
