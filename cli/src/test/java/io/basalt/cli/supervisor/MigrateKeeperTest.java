package io.basalt.cli.supervisor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.basalt.storage.migrate.MigratePlan;
import io.basalt.storage.migrate.MigratePlan.PlannedSegment;
import io.basalt.storage.migrate.MigratePlan.PlannedStripe;
import io.basalt.storage.migrate.MigratePlan.Why;
import io.basalt.storage.migrate.StripeShape;
import io.basalt.storage.root.SegmentLocation;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The schedule against a REST interface that answers what a test says, and a clock at rest. */
class MigrateKeeperTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final Duration INTERVAL = Duration.ofSeconds(10);

  private HttpServer flink;
  private String jobs = "[]";
  private MigratePlan plan = MigratePlan.NONE;
  private int submitted;
  private MigrateKeeper keeper;

  @BeforeEach
  void start() throws IOException {
    flink = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    flink.createContext(
        "/jobs",
        exchange -> {
          boolean failure = exchange.getRequestURI().getPath().endsWith("/exceptions");
          byte[] answer =
              (failure
                      ? "{\"exceptionHistory\":{\"entries\":[{\"stacktrace\":"
                          + "\"java.io.IOException: no room for maps\"}]}}"
                      : "{\"jobs\":" + jobs + "}")
                  .getBytes(UTF_8);
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    flink.start();
    keeper =
        new MigrateKeeper(
            () -> plan,
            flink.getAddress().getPort(),
            INTERVAL,
            (host, port) -> submitted++,
            Clock.fixed(NOW, ZoneOffset.UTC));
  }

  @AfterEach
  void stop() {
    keeper.close();
    flink.stop(0);
  }

  private void newestJob(String state) {
    jobs =
        "[{\"jid\":\"a1\",\"name\":\"basalt-migrate\",\"state\":\"%s\",\"start-time\":%d}]"
            .formatted(state, NOW.toEpochMilli());
  }

  private static MigratePlan moving(String segment) {
    SegmentLocation location = new SegmentLocation(segment, List.of("scm-0", "scm-1"), 100, 50, 90);
    StripeShape shape = new StripeShape(1, 1, 65_536, List.of("c-0", "c-1"));
    return new MigratePlan(
        List.of(new PlannedStripe(shape, List.of(new PlannedSegment(location, 0, Why.COLD)))),
        false,
        Optional.empty(),
        List.of());
  }

  @Test
  void submitsNothingWithoutWork() {
    keeper.look();
    assertThat(submitted).isZero();
    assertThat(keeper.runs()).isEqualTo(new JobRuns(null, NOW.plus(INTERVAL).toString(), null));
  }

  @Test
  void submitsTheJobWhenThereIsWorkAndNoneRuns() {
    plan = moving("s1");
    keeper.look();
    assertThat(submitted).isEqualTo(1);
    assertThat(keeper.runs().last()).isEqualTo(NOW.toString());

    newestJob("RUNNING");
    keeper.look();
    assertThat(submitted).isEqualTo(1);

    newestJob("FINISHED");
    plan = moving("s2");
    keeper.look();
    assertThat(submitted).isEqualTo(2);
    assertThat(keeper.runs().problem()).isNull();
  }

  @Test
  void saysWhatCannotBeMoved() {
    plan = new MigratePlan(List.of(), false, Optional.of("capacity full"), List.of());
    keeper.look();
    assertThat(submitted).isZero();
    assertThat(keeper.runs().problem()).isEqualTo("capacity full");
  }

  @Test
  void comesLaterAndLaterWhileTheJobFails() {
    plan = moving("s1");
    newestJob("FAILED");
    keeper.look();
    assertThat(keeper.runs().problem()).isEqualTo("migrate failed: no room for maps");
    assertThat(keeper.runs().next()).isEqualTo(NOW.plus(INTERVAL.multipliedBy(2)).toString());
    keeper.look();
    assertThat(keeper.runs().next()).isEqualTo(NOW.plus(INTERVAL.multipliedBy(4)).toString());
    for (int i = 0; i < 20; i++) {
      keeper.look();
    }
    assertThat(keeper.runs().next()).isEqualTo(NOW.plus(Duration.ofMinutes(10)).toString());
    newestJob("FINISHED");
    plan = MigratePlan.NONE;
    keeper.look();
    assertThat(keeper.runs().next()).isEqualTo(NOW.plus(INTERVAL).toString());
  }

  @Test
  void aRunThatMovesNothingIsSaid() {
    plan = moving("s1");
    keeper.look();
    newestJob("FINISHED");
    keeper.look();
    assertThat(keeper.runs().problem()).startsWith("migrate moved nothing");
    assertThat(keeper.runs().next()).isEqualTo(NOW.plus(INTERVAL.multipliedBy(2)).toString());
  }

  @Test
  void aPlanThatCannotBeMadeIsSaid() {
    jobs = "not json";
    keeper.look();
    assertThat(keeper.runs().problem()).startsWith("migrate cannot be planned or started: ");
    assertThat(submitted).isZero();
  }
}
