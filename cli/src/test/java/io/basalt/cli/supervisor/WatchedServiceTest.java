package io.basalt.cli.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.erasure.KernelChoice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real processes that end at once, and a clock that a test moves. */
class WatchedServiceTest {
  @TempDir private Path home;
  private StoreDirectory directory;
  private long nanos;

  /** A program that gives up. */
  static final class GivesUp {
    private GivesUp() {}

    public static void main(String[] arguments) {
      throw new IllegalStateException("no address for this host");
    }
  }

  @BeforeEach
  void create() {
    directory = new StoreDirectory(home.resolve("basalt.yaml"));
    directory.create();
  }

  @Test
  void saysWhyAProcessDoesNotStayUp() throws Exception {
    WatchedService service = watch();
    fail(service, 2);
    assertThat(service.trouble()).isEmpty();
    fail(service, 1);
    assertThat(service.trouble().orElseThrow())
        .isEqualTo(
            "the giver ended 2 times right after its start: Exception in thread \"main\" "
                + "java.lang.IllegalStateException: no address for this host"
                + " (see basalt logs giver)");
  }

  @Test
  void prefersTheInnermostCauseOfTheLastErrorInTheLog() throws Exception {
    Files.writeString(
        directory.log("giver"),
        """
        12:00 ERROR Runner - Terminating.
        java.lang.RuntimeException: an old one
        12:01 INFO  Runner - starting
        12:02 ERROR Runner - Terminating.
        java.lang.RuntimeException: cannot start
        \tat a.B.c(B.java:1)
        Caused by: java.net.UnknownHostException: vm: Name or service not known
        \tat a.B.d(B.java:2)
        """);
    WatchedService service = watch();
    fail(service, 3);
    assertThat(service.trouble().orElseThrow())
        .endsWith("start: vm: Name or service not known (see basalt logs giver)");
  }

  @Test
  void aProcessThatLivedLongDiedOfSomethingNew() throws Exception {
    WatchedService service = watch();
    fail(service, 4);
    assertThat(service.state().failures()).isEqualTo(3);
    nanos += Duration.ofMinutes(1).toNanos();
    service.keep();
    assertThat(service.state().failures()).isZero();
    assertThat(service.state().restarts()).isEqualTo(4);
    end(service);
  }

  @Test
  void theErasureKernelThatWasChosenHereIsChosenThere() throws Exception {
    System.setProperty(KernelChoice.PROPERTY, "jerasure");
    try {
      fail(watch(), 1);
    } finally {
      System.clearProperty(KernelChoice.PROPERTY);
    }
    assertThat(Files.readAllLines(directory.arguments("giver")))
        .contains("\"-Dbasalt.erasure.kernel=jerasure\"");
    fail(watch(), 1);
    assertThat(Files.readString(directory.arguments("giver"))).doesNotContain("kernel");
  }

  private WatchedService watch() {
    Service gives =
        new Service() {
          @Override
          public String name() {
            return "giver";
          }

          @Override
          public boolean answers() {
            return true;
          }

          @Override
          public ServiceProcess.Launch launch() {
            return new ServiceProcess.Launch(
                GivesUp.class.getName(), List.of("-Xmx16m"), List.of(), Map.of());
          }
        };
    return new WatchedService(directory, gives, Optional.empty(), () -> nanos);
  }

  /** Lets the process start and end some times, each longer after the last than the pause. */
  private void fail(WatchedService service, int times) throws IOException {
    for (int i = 0; i < times; i++) {
      nanos += Duration.ofSeconds(15).toNanos();
      assertThat(service.keep()).isTrue();
      end(service);
    }
  }

  private static void end(WatchedService service) {
    ProcessHandle.of(service.state().pid()).ifPresent(process -> process.onExit().join());
  }
}
