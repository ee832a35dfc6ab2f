package io.basalt.cli.supervisor;

import io.basalt.storage.FileErrors;
import java.io.IOException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** What an exception says to a person: one line. */
public final class Sentences {
  private Sentences() {}

  public static String of(Throwable error) {
    Throwable cause = error;
    while (cause.getCause() != null && isEnvelope(cause)) {
      cause = cause.getCause();
    }
    String message =
        cause instanceof IOException file ? FileErrors.sentence(file) : cause.getMessage();
    if (message == null || message.isBlank()) {
      message = cause.getClass().getSimpleName();
    } else if (message.strip().matches("\\S+")) {
      // A bare name is the object of a sentence that only the kind of the exception completes.
      message = cause.getClass().getSimpleName() + " of " + message;
    }
    if (message.contains("\nCaused by: ")) {
      // A server's whole stack trace; its innermost cause is what went wrong.
      return FlinkRest.innermost(message);
    }
    return withoutClass(message.lines().findFirst().orElse("").strip());
  }

  /** What came from another process has its class before the message. */
  static String withoutClass(String message) {
    int colon = message.indexOf(": ");
    boolean named = colon > 0 && message.substring(0, colon).matches("(\\w+\\.)+[\\w$]+");
    return named ? message.substring(colon + 2) : message;
  }

  /** Exceptions that say nothing of their own. */
  private static boolean isEnvelope(Throwable error) {
    return error instanceof ExecutionException
        || error.getClass().getName().startsWith("org.apache.flink.")
        || error instanceof CompletionException
        || (error.getMessage() != null && error.getMessage().equals(error.getCause().toString()));
  }
}
