package io.basalt.cli.supervisor;

import io.basalt.cli.Failure;
import io.basalt.storage.config.StoreConfig;

/** The first address of {@code kafka.bootstrap}. */
public record BootstrapAddress(String host, int port) {
  public static BootstrapAddress of(StoreConfig config) {
    String first = config.kafka().bootstrap().split(",", -1)[0].trim();
    int colon = first.lastIndexOf(':');
    try {
      return new BootstrapAddress(
          first.substring(0, colon), Integer.parseInt(first.substring(colon + 1)));
    } catch (IndexOutOfBoundsException | NumberFormatException e) {
      throw new Failure(
          "kafka.bootstrap in " + config.file() + " is \"" + first + "\" and must be HOST:PORT", e);
    }
  }

  /** Whether the broker is one that {@code up} starts on this machine. */
  boolean local() {
    return Loopback.isLoopback(host);
  }
}
