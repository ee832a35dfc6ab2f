package io.basalt.erasure;

/** This machine cannot run the kernel that was asked for; the message says what to install. */
public final class KernelUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1;

  KernelUnavailableException(String message) {
    super(message);
  }
}
