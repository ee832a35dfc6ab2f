package io.basalt.cli.supervisor;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Why a process of a store ended, as far as its log or its output tells. */
final class LastWords {
  private static final int TAIL_BYTES = 64 << 10;

  private LastWords() {}

  /** One sentence and where there is more to read. */
  static String of(StoreDirectory directory, String service) throws IOException {
    String more = "see basalt logs " + service;
    return lastError(directory.log(service))
        .or(() -> firstLine(directory.output(service)))
        .map(words -> words + " (" + more + ")")
        .orElse(more);
  }

  /** The innermost cause of the last error in a log. */
  private static Optional<String> lastError(Path log) throws IOException {
    String text = tail(log);
    int error = text.lastIndexOf(" ERROR ");
    if (error < 0) {
      return Optional.empty();
    }
    String entry = text.substring(error);
    // The line of the log itself says which program gave up; the exception below it says why.
    int exception = entry.indexOf('\n') + 1;
    String why = exception > 0 ? FlinkRest.innermost(entry.substring(exception)) : "";
    return Optional.of(why.isBlank() ? entry.strip() : why);
  }

  /** What a JVM says that cannot start, or that has no log yet. */
  private static Optional<String> firstLine(Path output) {
    try {
      return tail(output)
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("\t"))
          .findFirst()
          .map(FlinkRest::innermost);
    } catch (IOException e) {
      // Nothing to quote; where to look is still said.
      return Optional.empty();
    }
  }

  private static String tail(Path file) throws IOException {
    if (!Files.exists(file)) {
      return "";
    }
    try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
      in.seek(Math.max(0, in.length() - TAIL_BYTES));
      byte[] bytes = new byte[(int) Math.min(in.length() - in.getFilePointer(), TAIL_BYTES)];
      in.readFully(bytes);
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }
}
