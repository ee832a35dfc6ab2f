package io.basalt.kafka;

/** A write record breaks a rule; the message is the reason that goes to the rejects topic. */
final class BadRecordException extends Exception {
  private static final long serialVersionUID = 1;

  BadRecordException(String reason) {
    super(reason, null, false, false);
  }
}
