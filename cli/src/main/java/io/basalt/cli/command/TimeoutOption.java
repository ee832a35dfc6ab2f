package io.basalt.cli.command;

import java.time.Duration;
import picocli.CommandLine.Option;

/** How long a command waits for the acknowledgement of what it wrote. */
final class TimeoutOption {
  @Option(
      names = "--timeout",
      paramLabel = "T",
      converter = TimeConverter.class,
      description = "wait at most this long, such as 30s; for ever without it")
  Duration longest;
}
