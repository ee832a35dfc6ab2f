package io.basalt.cli.supervisor;

import io.basalt.kafka.KafkaSettings;
import io.basalt.kafka.NewTopics;
import io.basalt.storage.config.StoreConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;

/**
 * The loop that keeps Kafka, Flink and ingest of one store running. It looks twice a second, starts
 * what is missing in the order of need, and writes what it knows to {@link StoreDirectory#state()}.
 * One thread runs it; {@link #stop()} may be called from another and returns when all is down.
 */
final class Supervisor {
  static final String NAME = "supervisor";
  private static final long LOOK_MILLIS = 500;
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final StoreDirectory directory;
  private final StoreConfig config;
  private final Optional<WatchedService> kafka;
  private final WatchedService jobManager;
  private final WatchedService taskManager;
  private final IngestKeeper ingest;
  private final JobSchedules schedules;
  private final int restPort;
  private final int rpcPort;
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final CountDownLatch stopped = new CountDownLatch(1);
  private boolean topicsExist;
  private String phase = "starting";
  private String problem;
  private LocalState published;

  Supervisor(
      StoreDirectory directory,
      StoreConfig config,
      String ingestName,
      IngestSubmission submission,
      JobSubmission compacting,
      JobSubmission migration,
      RandomGenerator random,
      LongSupplier nanoTime) {
    this.directory = directory;
    this.config = config;
    Optional<LocalState> before = LocalState.read(directory);
    Map<String, LocalState.Service> known = new java.util.HashMap<>();
    before.ifPresent(state -> state.services().forEach(s -> known.put(s.name(), s)));
    boolean adopted =
        before.isPresent()
            && known.values().stream()
                .anyMatch(s -> ServiceProcess.find(directory, s.name(), s.pid()).isPresent());
    BootstrapAddress bootstrap = BootstrapAddress.of(config);
    Set<Integer> taken = new HashSet<>(Set.of(bootstrap.port()));
    this.restPort = adopted ? before.orElseThrow().restPort() : Loopback.freePort(taken, random);
    taken.add(restPort);
    this.rpcPort = adopted ? before.orElseThrow().rpcPort() : Loopback.freePort(taken, random);
    taken.add(rpcPort);
    FlinkCluster flink = new FlinkCluster(directory, restPort, rpcPort);
    this.kafka =
        bootstrap.local()
            ? Optional.of(
                watch(new KafkaService(directory, config, taken, random), known, nanoTime))
            : Optional.empty();
    this.jobManager = watch(flink.jobManager(), known, nanoTime);
    this.taskManager = watch(flink.taskManager(), known, nanoTime);
    this.ingest = new IngestKeeper(directory, ingestName, restPort, submission, nanoTime);
    this.schedules = new JobSchedules(config, Loopback.HOST, restPort, compacting, migration);
  }

  private WatchedService watch(
      Service service, Map<String, LocalState.Service> known, LongSupplier nanoTime) {
    return new WatchedService(
        directory, service, Optional.ofNullable(known.get(service.name())), nanoTime);
  }

  /** Runs until {@link #stop()}. */
  void run() throws IOException, InterruptedException {
    publish();
    do {
      look();
      publish();
    } while (!stopping.await(LOOK_MILLIS, TimeUnit.MILLISECONDS));
    phase = "stopping";
    publish();
    schedules.close();
    ingest.cancel();
    taskManager.stop(PATIENCE);
    jobManager.stop(PATIENCE);
    kafka.ifPresent(broker -> broker.stop(PATIENCE));
    phase = "stopped";
    publish();
    stopped.countDown();
  }

  void stop() {
    stopping.countDown();
    try {
      stopped.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void look() {
    try {
      problem = null;
      if (kafka.isPresent()) {
        kafka.get().keep();
      }
      jobManager.keep();
      taskManager.keep();
      if (kafka.isPresent() && !kafka.get().ready()) {
        phase = "starting Kafka";
        problem = "Kafka does not answer yet at " + config.kafka().bootstrap();
        topicsExist = false;
      } else if (!createTopics()) {
        phase = "creating the topics";
      } else if (!jobManager.ready()) {
        phase = "starting Flink";
        problem = "Flink's JobManager does not answer yet";
      } else {
        ingest.keep();
        schedules.keep();
        phase = ingest.state().equals("running") ? "running" : "ingest is " + ingest.state();
        problem = ingest.problem();
      }
      trouble().ifPresent(why -> problem = why);
    } catch (IOException e) {
      problem = Sentences.of(e);
    }
  }

  /** The first process in the order of need that does not stay up: the others wait for it. */
  private Optional<String> trouble() throws IOException {
    List<WatchedService> services = new ArrayList<>(kafka.stream().toList());
    services.add(jobManager);
    services.add(taskManager);
    for (WatchedService service : services) {
      Optional<String> trouble = service.trouble();
      if (trouble.isPresent()) {
        return trouble;
      }
    }
    return Optional.empty();
  }

  /** Once per start of the broker; a broker elsewhere is asked until it answers. */
  private boolean createTopics() {
    if (topicsExist) {
      return true;
    }
    Map<String, Object> settings = KafkaSettings.admin(config.kafka());
    settings.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 10_000);
    settings.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
    try (Admin admin = Admin.create(settings)) {
      NewTopics.create(admin, config.kafka(), config.maxRecord());
      topicsExist = true;
    } catch (IOException e) {
      problem = "Kafka at " + config.kafka().bootstrap() + ": " + Sentences.of(e);
    }
    return topicsExist;
  }

  private void publish() throws IOException {
    List<LocalState.Service> services = new ArrayList<>();
    kafka.ifPresent(broker -> services.add(broker.state()));
    services.add(jobManager.state());
    services.add(taskManager.state());
    boolean up = phase.equals("running");
    LocalState now =
        new LocalState(
            ProcessHandle.current().pid(),
            phase,
            config.kafka().bootstrap(),
            restPort,
            rpcPort,
            up || phase.startsWith("ingest") ? ingest.state() : "starting",
            ingest.job(),
            problem,
            schedules.runs(),
            services);
    if (!now.equals(published)) {
      Json.write(directory.state(), now);
      published = now;
    }
  }
}
