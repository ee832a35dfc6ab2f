package io.basalt.cli.command;

import io.basalt.cli.show.Bytes;
import io.basalt.cli.supervisor.Loopback;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.config.Tier;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(name = "init", description = "Make a new store: basalt.yaml and labelled, empty drives.")
public final class InitCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "DIR", description = "the directory of the store")
  private Path directory;

  @Option(names = "--scm", defaultValue = "4", description = "fast drives; 4 without it")
  private int scm;

  @Option(names = "--capacity", defaultValue = "6", description = "capacity drives; 6 without it")
  private int capacity;

  @Option(
      names = "--scm-size",
      defaultValue = "1GiB",
      converter = SizeConverter.class,
      description = "bytes of each fast drive; 1GiB without it")
  private long scmSize;

  @Option(
      names = "--capacity-size",
      defaultValue = "4GiB",
      converter = SizeConverter.class,
      description = "bytes of each capacity drive; 4GiB without it")
  private long capacitySize;

  @Option(
      names = "--erasure",
      paramLabel = "K+M",
      defaultValue = "4+2",
      description = "data and parity strips of a stripe; 4+2 without it")
  private String erasure;

  @Override
  public Integer call() throws Exception {
    Path file = directory.resolve("basalt.yaml").toAbsolutePath().normalize();
    StoreLayout layout = layout();
    StoreConfig config =
        NewStore.create(
            file,
            layout.yaml(
                directory.toAbsolutePath().normalize().getFileName().toString(),
                Loopback.HOST + ":" + Loopback.freePort(new SecureRandom()),
                erasure));
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        "made %s: %d scm drives (%s), %d capacity drives (%s)%n",
        file,
        scm,
        Bytes.of(config.tierSize(Tier.SCM)),
        capacity,
        Bytes.of(config.tierSize(Tier.CAPACITY)));
    out.println();
    out.println("next:  " + Hints.on(file, "up"));
    out.println("then:  " + Hints.kcat(config));
    return 0;
  }

  private StoreLayout layout() {
    if (scm < 2) {
      throw usage("--scm is " + scm + " and must be at least 2, since everything is mirrored");
    }
    if (capacity < 0) {
      throw usage("--capacity is " + capacity + " and must not be negative");
    }
    if (!erasure.matches("[1-9]\\d{0,2}\\+[1-9]\\d{0,2}|auto")) {
      throw usage("--erasure is '" + erasure + "' and must be K+M, such as 4+2, or auto");
    }
    int parity =
        erasure.equals("auto")
            ? capacity <= 12 ? 2 : 4
            : Integer.parseInt(erasure.substring(erasure.indexOf('+') + 1));
    return new StoreLayout(scm, scmSize, capacity, capacitySize, parity, 4);
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
