package io.basalt.ingest;

/**
 * Another run of the ingest job has taken over: this one is over, and starting it again is wrong.
 */
final class EndedException extends Exception {
  private static final long serialVersionUID = 1;

  EndedException(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
