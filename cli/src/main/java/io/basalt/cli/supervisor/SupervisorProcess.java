package io.basalt.cli.supervisor;

import io.basalt.ingest.IngestJob;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.config.StoreConfigLoader;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The main of the background process that {@code basalt up} leaves behind. */
public final class SupervisorProcess {
  private static final Logger LOG = LoggerFactory.getLogger(SupervisorProcess.class);

  private SupervisorProcess() {}

  /** One argument: the basalt.yaml. A second supervisor of the same store ends at once. */
  public static void main(String[] arguments) throws Exception {
    StoreDirectory directory = new StoreDirectory(Path.of(arguments[0]));
    try (FileChannel channel =
            FileChannel.open(
                directory.lock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      if (lock == null) {
        LOG.info("another supervisor runs this store");
        return;
      }
      run(directory);
    }
  }

  private static void run(StoreDirectory directory) throws IOException, InterruptedException {
    StoreConfig config = StoreConfigLoader.load(directory.config());
    Supervisor supervisor =
        new Supervisor(
            directory,
            config,
            IngestJob.name(config),
            new LocalIngest(config),
            (host, port) -> RemoteJobs.compact(host, port, config, RemoteJobs.Jars.ON_CLUSTER),
            (host, port) -> RemoteJobs.migrate(host, port, config, RemoteJobs.Jars.ON_CLUSTER),
            new SecureRandom(),
            System::nanoTime);
    Runtime.getRuntime().addShutdownHook(new Thread(supervisor::stop, "stop"));
    supervisor.run();
  }
}
