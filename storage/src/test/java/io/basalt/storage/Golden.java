package io.basalt.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * Stored bytes of each format version, one file per kind and version under {@code golden/}: bytes
 * as lines of hexadecimal digits, or a table as it is. A file is written when its version is fixed
 * and never again; a new version gets a file of its own, and the older ones are still read.
 */
public final class Golden {
  private static final int BYTES_PER_LINE = 32;

  private Golden() {}

  /** The bytes of {@code golden/<name>.hex}. */
  public static byte[] bytes(String name) {
    return HexFormat.of().parseHex(text(name).replaceAll("\\s", ""));
  }

  /** Holds that this program still writes just these bytes; for the newest version of a kind. */
  public static void assertWritten(String name, byte[] written) {
    assertThat(lines(written)).as("golden/%s.hex", name).isEqualTo(text(name));
  }

  private static String text(String name) {
    return new String(file(name + ".hex"), StandardCharsets.US_ASCII);
  }

  /** The bytes of {@code golden/<name>}, which is kept as it is: a table. */
  public static byte[] file(String name) {
    try (InputStream in = Golden.class.getResourceAsStream("/golden/" + name)) {
      if (in == null) {
        throw new IllegalArgumentException("no golden file golden/" + name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String lines(byte[] bytes) {
    StringBuilder text = new StringBuilder();
    for (int at = 0; at < bytes.length; at += BYTES_PER_LINE) {
      int end = Math.min(bytes.length, at + BYTES_PER_LINE);
      text.append(HexFormat.of().formatHex(bytes, at, end)).append('\n');
    }
    return text.toString();
  }
}
