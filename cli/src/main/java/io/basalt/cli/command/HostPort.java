package io.basalt.cli.command;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** An address as {@code --target} names it. */
record HostPort(String host, int port) {
  static HostPort parse(String text, CommandSpec spec) {
    int colon = text.lastIndexOf(':');
    try {
      int port = Integer.parseInt(text.substring(colon + 1));
      if (colon > 0 && port > 0 && port < 65_536) {
        return new HostPort(text.substring(0, colon), port);
      }
    } catch (NumberFormatException e) {
      // Not a number is answered like no port.
    }
    throw new ParameterException(
        spec.commandLine(), "--target is '" + text + "' and must be HOST:PORT");
  }
}
