package io.basalt.cli.supervisor;

import io.basalt.erasure.KernelChoice;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One background JVM of a store. It is started as {@code java @<arguments file>}: the file names
 * the store and the service, so that a process can be told from a stranger that got its id. What
 * chooses the erasure kernel here chooses it there, too.
 */
final class ServiceProcess {
  private ServiceProcess() {}

  /** The living process {@code pid}, if it is this service of this store. */
  static Optional<ProcessHandle> find(StoreDirectory directory, String service, long pid) {
    String mark = "@" + directory.arguments(service);
    return ProcessHandle.of(pid)
        .filter(ProcessHandle::isAlive)
        .filter(handle -> handle.info().commandLine().orElse("").endsWith(mark));
  }

  /**
   * Starts a JVM with this process's class path, in the directory of the store, its output appended
   * to the service's files.
   *
   * @param session a session of its own is out of reach of the terminal's signals
   */
  static ProcessHandle start(
      StoreDirectory directory, String service, Launch launch, Session session) throws IOException {
    List<String> arguments = new ArrayList<>(launch.jvm());
    arguments.add("-XX:+ExitOnOutOfMemoryError");
    arguments.add("-Dlog.file=" + directory.log(service));
    arguments.add("-Dlog4j2.configurationFile=classpath:log4j2-service.properties");
    String kernel = System.getProperty(KernelChoice.PROPERTY);
    if (kernel != null) {
      arguments.add("-D" + KernelChoice.PROPERTY + "=" + kernel);
    }
    arguments.add("-cp");
    arguments.add(classPath());
    arguments.add(launch.main());
    arguments.addAll(launch.arguments());
    Path file = directory.arguments(service);
    Files.writeString(file, quoted(arguments));

    List<String> command = new ArrayList<>();
    if (session == Session.OWN && Files.isExecutable(Path.of("/usr/bin/setsid"))) {
      command.add("/usr/bin/setsid");
    }
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("@" + file);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.directory(directory.root().toFile());
    builder.environment().putAll(launch.environment());
    File output = directory.output(service).toFile();
    builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(output));
    builder.redirectInput(new File("/dev/null"));
    return builder.start().toHandle();
  }

  /** Asks a process to end, and ends it when it has not done so in time. */
  static void stop(ProcessHandle process, Duration patience) {
    process.destroy();
    try {
      process.onExit().get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      process.destroyForcibly();
      process.onExit().join();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      throw new IllegalStateException("cannot wait for process " + process.pid(), e);
    }
  }

  static String classPath() {
    return System.getProperty("java.class.path");
  }

  private static String quoted(List<String> arguments) {
    StringBuilder text = new StringBuilder();
    for (String argument : arguments) {
      text.append('"').append(argument.replace("\\", "\\\\").replace("\"", "\\\"")).append("\"\n");
    }
    return text.toString();
  }

  /** Whether a process shares the session of its parent. */
  enum Session {
    OF_PARENT,
    OWN
  }

  /** How a service's JVM is started. */
  record Launch(
      String main, List<String> jvm, List<String> arguments, Map<String, String> environment) {
    Launch {
      jvm = List.copyOf(jvm);
      arguments = List.copyOf(arguments);
      environment = Map.copyOf(environment);
    }
  }
}
