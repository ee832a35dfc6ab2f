package io.basalt.cli.supervisor;

import io.basalt.cli.Failure;
import io.basalt.storage.config.StoreConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** The cluster of one store on this machine, as the command line starts, asks and stops it. */
public final class LocalCluster {
  private static final Duration START_PATIENCE = Duration.ofMinutes(3);
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(70);
  private static final long LOOK_MILLIS = 100;

  private final StoreDirectory directory;

  public LocalCluster(Path config) {
    this.directory = new StoreDirectory(config);
  }

  public StoreDirectory directory() {
    return directory;
  }

  /** What a living supervisor says; empty if none lives. */
  public Optional<LocalState> state() {
    return LocalState.read(directory).filter(state -> state.alive(directory));
  }

  /**
   * Starts the supervisor unless it lives, and waits until ingest runs or waits for something.
   *
   * @param phases is told each new phase
   */
  public LocalState up(StoreConfig config, Consumer<String> phases)
      throws IOException, InterruptedException {
    directory.create();
    if (state().isEmpty()) {
      refuseStranger(config);
      Files.deleteIfExists(directory.output(Supervisor.NAME));
      ServiceProcess.start(
          directory,
          Supervisor.NAME,
          new ServiceProcess.Launch(
              SupervisorProcess.class.getName(),
              List.of("-Xmx192m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
              List.of(directory.config().toString()),
              Map.of()),
          ServiceProcess.Session.OWN);
    }
    return awaitRunning(phases);
  }

  private LocalState awaitRunning(Consumer<String> phases)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + START_PATIENCE.toNanos();
    long settled = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    String told = "";
    while (System.nanoTime() < end) {
      Optional<LocalState> state = state();
      if (state.isPresent()) {
        String phase = state.get().phase();
        if (!phase.equals(told)) {
          phases.accept(phase);
          told = phase;
        }
        if (phase.equals("running") || state.get().ingest().equals("stopped")) {
          return state.get();
        }
        if (state.get().ingest().equals("failed") || state.get().hopeless()) {
          throw new Failure(state.get().problem());
        }
      } else if (System.nanoTime() > settled) {
        throw new Failure("the supervisor ended: " + LastWords.of(directory, Supervisor.NAME));
      }
      Thread.sleep(LOOK_MILLIS);
    }
    String why =
        state()
            .map(state -> state.problem() == null ? state.phase() : state.problem())
            .orElse("the supervisor ended");
    throw new Failure("not up after " + START_PATIENCE.toMinutes() + " minutes: " + why);
  }

  /** A broker of someone else on our port would take the writes of this store. */
  private void refuseStranger(StoreConfig config) {
    BootstrapAddress address = BootstrapAddress.of(config);
    boolean own =
        LocalState.read(directory).stream()
            .flatMap(state -> state.services().stream())
            .anyMatch(s -> ServiceProcess.find(directory, s.name(), s.pid()).isPresent());
    if (address.local() && !own && !Loopback.isFree(address.port())) {
      throw new Failure(
          "port %d is taken by another process: end it, or set another kafka.bootstrap in %s"
              .formatted(address.port(), config.file()));
    }
  }

  /** Stops everything; false if nothing ran. What a killed supervisor left behind is ended too. */
  public boolean down() throws InterruptedException {
    Optional<LocalState> known = LocalState.read(directory);
    if (known.isEmpty()) {
      return false;
    }
    boolean ran = false;
    Optional<ProcessHandle> supervisor =
        ServiceProcess.find(directory, Supervisor.NAME, known.get().supervisor());
    if (supervisor.isPresent()) {
      ServiceProcess.stop(supervisor.get(), STOP_PATIENCE);
      ran = true;
    }
    List<LocalState.Service> services =
        LocalState.read(directory).map(LocalState::services).orElse(List.of());
    for (int i = services.size() - 1; i >= 0; i--) {
      LocalState.Service service = services.get(i);
      Optional<ProcessHandle> left = ServiceProcess.find(directory, service.name(), service.pid());
      if (left.isPresent()) {
        ServiceProcess.stop(left.get(), Duration.ofSeconds(20));
        ran = true;
      }
    }
    return ran;
  }
}
