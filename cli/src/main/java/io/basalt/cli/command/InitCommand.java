package io.basalt.cli.command;

import io.basalt.cli.Basalt;
import io.basalt.cli.show.Bytes;
import io.basalt.cli.supervisor.Loopback;
import io.basalt.storage.commit.ArbiterException;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.config.StoreConfigLoader;
import io.basalt.storage.config.Tier;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

@Command(name = "init", description = "Make a new store: basalt.yaml and labelled, empty drives.")
public final class InitCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @ParentCommand private Basalt basalt;

  @Parameters(
      arity = "0..1",
      paramLabel = "DIR",
      description = "the directory of the store; without it, the store that -c FILE describes")
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
    StoreConfig config = directory == null ? described() : laidOut();
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        "made store %s: %s, %s; %s describes it%n",
        config.store(), drives(config, Tier.SCM), drives(config, Tier.CAPACITY), config.file());
    out.println();
    out.println("next:  " + Hints.on(config.file(), "up"));
    out.println("then:  " + Hints.kcat(config));
    return 0;
  }

  private StoreConfig laidOut() throws IOException, ArbiterException {
    Path file = directory.resolve("basalt.yaml").toAbsolutePath().normalize();
    StoreLayout layout = layout();
    return NewStore.create(
        file,
        layout.yaml(
            directory.toAbsolutePath().normalize().getFileName().toString(),
            Loopback.HOST + ":" + Loopback.freePort(Set.of(), new SecureRandom()),
            erasure));
  }

  private StoreConfig described() throws IOException, ArbiterException {
    Path file =
        basalt
            .named()
            .orElseThrow(
                () -> usage("name the directory of the store, or its configuration with -c FILE"));
    StoreConfig config = StoreConfigLoader.load(file);
    NewStore.label(config);
    return config;
  }

  private static String drives(StoreConfig config, Tier tier) {
    long count = config.drives().stream().filter(drive -> drive.tier() == tier).count();
    return "%d %s drives (%s)".formatted(count, tier.text(), Bytes.of(config.tierSize(tier)));
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
