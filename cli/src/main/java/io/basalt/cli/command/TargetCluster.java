package io.basalt.cli.command;

import io.basalt.cli.Failure;
import io.basalt.cli.supervisor.FlinkRest;
import io.basalt.cli.supervisor.Sentences;
import java.io.IOException;
import org.apache.flink.runtime.util.EnvironmentInformation;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** The Flink cluster that {@code --target} names by its REST address. */
record TargetCluster(String host, int port) {
  static TargetCluster parse(String text, CommandSpec spec) {
    int colon = text.lastIndexOf(':');
    try {
      int port = Integer.parseInt(text.substring(colon + 1));
      if (colon > 0 && port > 0 && port < 65_536) {
        return new TargetCluster(text.substring(0, colon), port);
      }
    } catch (NumberFormatException e) {
      // Not a number is answered like no port.
    }
    throw new ParameterException(
        spec.commandLine(), "--target is '" + text + "' and must be HOST:PORT");
  }

  @Override
  public String toString() {
    return host + ":" + port;
  }

  FlinkRest rest() {
    return new FlinkRest(toString());
  }

  /** The same, once it is known to be a cluster that can run this program's jobs. */
  TargetCluster checked() {
    String version;
    try {
      version = rest().version();
    } catch (IOException e) {
      throw new Failure("no Flink answers at %s:%d: %s".formatted(host, port, Sentences.of(e)), e);
    }
    String own = EnvironmentInformation.getVersion();
    if (!minor(version).equals(minor(own))) {
      throw new Failure(
          "Flink at %s:%d is %s; the jobs need %s".formatted(host, port, version, minor(own)));
    }
    return this;
  }

  /** 2.2 of 2.2.1. */
  private static String minor(String version) {
    String[] parts = version.split("\\.", 3);
    return parts.length < 2 ? version : parts[0] + "." + parts[1];
  }
}
