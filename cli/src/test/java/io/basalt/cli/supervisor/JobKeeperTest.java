package io.basalt.cli.supervisor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.basalt.compaction.WorkPlan;
import io.basalt.storage.commit.AttemptSigns;
import io.basalt.storage.compact.CompactionPlan;
import io.basalt.storage.config.Tier;
import io.basalt.storage.migrate.MigratePlan;
import io.basalt.storage.migrate.MigratePlan.PlannedSegment;
import io.basalt.storage.migrate.MigratePlan.PlannedStripe;
import io.basalt.storage.migrate.MigratePlan.Why;
import io.basalt.storage.migrate.StripeShape;
import io.basalt.storage.rewrite.RewritePlan;
import io.basalt.storage.rewrite.RewritePlan.Sparse;
import io.basalt.storage.root.Root.LiveAttempt;
import io.basalt.storage.root.SegmentLocation;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The schedule against a REST interface that answers what a test says, and a clock that it sets.
 */
class JobKeeperTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final JobSchedule.Work NOTHING =
      new JobSchedule.Work(false, Set.of(), Optional.empty());
  private static final AttemptSigns NO_ATTEMPT = new AttemptSigns(List.of(), List.of(), Map.of());
  private static final Duration INTERVAL = Duration.ofSeconds(10);

  private HttpServer flink;
  private String jobs = "[]";
  private JobSchedule.Work work = NOTHING;
  private AttemptSigns signs = NO_ATTEMPT;
  private int submitted;
  private Instant now = NOW;
  private Duration elapsed = Duration.ZERO;
  private int plans;
  private JobKeeper keeper;

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
    keeper = keeper(Duration.ZERO);
  }

  private JobKeeper keeper(Duration delay) {
    return new JobKeeper(
        new JobSchedule(
            "dig", "basalt-dig", this::plan, () -> signs, delay, INTERVAL, Duration.ofMinutes(10)),
        Loopback.HOST,
        flink.getAddress().getPort(),
        (host, port) -> "run" + ++submitted,
        ((InstantSource) () -> now).withZone(ZoneOffset.UTC),
        () -> elapsed.toNanos());
  }

  private JobSchedule.Work plan() {
    plans++;
    return work;
  }

  private void pass(Duration span) {
    now = now.plus(span);
    elapsed = elapsed.plus(span);
  }

  @AfterEach
  void stop() {
    keeper.close();
    flink.stop(0);
  }

  private void newestJob(String state) {
    jobs = "[" + job("a1", state, NOW) + "]";
  }

  private static String job(String id, String state, Instant started) {
    return "{\"jid\":\"%s\",\"name\":\"basalt-dig\",\"state\":\"%s\",\"start-time\":%d}"
        .formatted(id, state, started.toEpochMilli());
  }

  /** What a look finds of an attempt that has made so many files. */
  private static AttemptSigns attempt(int files) {
    Map<String, Long> made =
        IntStream.range(0, files)
            .boxed()
            .collect(Collectors.toMap(i -> "stripes/7-a-" + i, i -> 1L));
    return new AttemptSigns(
        List.of(new LiveAttempt("7-a", "dig")), List.of(), Map.of("capacity-0", made));
  }

  private static JobSchedule.Work of(String... items) {
    return new JobSchedule.Work(true, Set.of(items), Optional.empty());
  }

  @Test
  void submitsNothingWithoutWork() {
    keeper.look();
    assertThat(submitted).isZero();
    assertThat(keeper.runs()).isEqualTo(new JobRuns(null, NOW.plus(INTERVAL).toString(), null));
  }

  @Test
  void submitsTheJobWhenThereIsWorkAndNoneRuns() {
    work = of("s1");
    keeper.look();
    assertThat(submitted).isEqualTo(1);
    assertThat(keeper.runs().last()).isEqualTo(NOW.toString());

    newestJob("RUNNING");
    keeper.look();
    assertThat(submitted).isEqualTo(1);

    newestJob("FINISHED");
    work = of("s2");
    keeper.look();
    assertThat(submitted).isEqualTo(2);
    assertThat(keeper.runs().problem()).isNull();
  }

  @Test
  void saysWhatCannotBeDone() {
    work = new JobSchedule.Work(false, Set.of(), Optional.of("capacity full"));
    keeper.look();
    assertThat(submitted).isZero();
    assertThat(keeper.runs().problem()).isEqualTo("capacity full");
  }

  @Test
  void comesLaterAndLaterWhileTheJobFails() {
    work = of("s1");
    newestJob("FAILED");
    keeper.look();
    assertThat(keeper.runs().problem()).isEqualTo("dig failed: no room for maps");
    assertThat(keeper.runs().next()).isEqualTo(NOW.plus(INTERVAL.multipliedBy(2)).toString());
    keeper.look();
    assertThat(keeper.runs().next()).isEqualTo(NOW.plus(INTERVAL.multipliedBy(4)).toString());
    for (int i = 0; i < 20; i++) {
      keeper.look();
    }
    assertThat(keeper.runs().next()).isEqualTo(NOW.plus(Duration.ofMinutes(10)).toString());
    newestJob("FINISHED");
    work = NOTHING;
    keeper.look();
    assertThat(keeper.runs().next()).isEqualTo(NOW.plus(INTERVAL).toString());
  }

  @Test
  void aRunThatDoesNothingIsSaid() {
    work = of("s1");
    keeper.look();
    newestJob("FINISHED");
    keeper.look();
    assertThat(keeper.runs().problem()).startsWith("dig did nothing");
    assertThat(keeper.runs().next()).isEqualTo(NOW.plus(INTERVAL.multipliedBy(2)).toString());
  }

  /** One item that cannot be done does not hold up the others. */
  @Test
  void aRunThatDoesSomeOfItsWorkIsFollowedSoon() {
    work = of("s1", "s2");
    keeper.look();
    newestJob("FINISHED");
    work = of("s1", "s3");
    keeper.look();
    assertThat(keeper.runs().problem()).isNull();
    assertThat(keeper.runs().next()).isEqualTo(NOW.plus(INTERVAL).toString());
    work = of("s1", "s3", "s4");
    keeper.look();
    assertThat(keeper.runs().problem()).startsWith("dig did nothing");
    assertThat(submitted).isEqualTo(3);
  }

  /** Another may have done the work of a run that failed. */
  @Test
  void aRunThatFailedDoesNotDelayWhatComesUpLater() {
    work = of("s1");
    newestJob("FAILED");
    keeper.look();
    work = NOTHING;
    for (int i = 0; i < 5; i++) {
      keeper.look();
      assertThat(keeper.runs().problem()).isNull();
      assertThat(keeper.runs().next()).isEqualTo(NOW.plus(INTERVAL).toString());
    }
    work = of("s2");
    keeper.look();
    assertThat(submitted).isEqualTo(2);
    assertThat(keeper.runs().next()).isEqualTo(NOW.plus(INTERVAL.multipliedBy(2)).toString());
  }

  @Test
  void aRunOfSomebodyElseIsLeftAloneWhileItWorks() {
    work = of("s1");
    for (int files = 0; files < 20; files++) {
      signs = attempt(files);
      keeper.look();
      assertThat(keeper.runs().problem()).startsWith("dig runs elsewhere as attempt 7-a, or died");
      assertThat(keeper.runs().next()).isEqualTo(now.plus(INTERVAL).toString());
      pass(AttemptWatch.PATIENCE.minusMillis(1));
    }
    keeper.look();
    assertThat(submitted).isZero();
    assertThat(plans).as("plans made while another run was watched").isEqualTo(1);
    pass(Duration.ofMillis(1));
    keeper.look();
    assertThat(submitted).isEqualTo(1);
    assertThat(keeper.runs().problem()).isNull();
  }

  @Test
  void aRunOfSomebodyElseThatEndedIsFollowedAtOnce() {
    work = of("s1");
    signs = attempt(1);
    keeper.look();
    signs = NO_ATTEMPT;
    keeper.look();
    assertThat(submitted).isEqualTo(1);
  }

  /** A failing job leaves attempts behind, and these are looked at often; its next run is not. */
  @Test
  void lookingAtAttemptsDoesNotForgetHowOftenTheJobFailed() {
    work = of("s1");
    newestJob("FAILED");
    for (int i = 1; i < 4; i++) {
      signs = attempt(i);
      keeper.look();
      pass(AttemptWatch.PATIENCE);
      keeper.look();
      assertThat(submitted).isEqualTo(i);
      assertThat(keeper.runs().next())
          .isEqualTo(now.plus(INTERVAL.multipliedBy(1 << i)).toString());
    }
  }

  @Test
  void aClockThatIsSetMakesNoAttemptLiveForEverNorDead() {
    work = of("s1");
    signs = attempt(1);
    keeper.look();
    now = NOW.plus(Duration.ofDays(1));
    keeper.look();
    assertThat(submitted).isZero();
    now = NOW.minus(Duration.ofDays(1));
    keeper.look();
    pass(AttemptWatch.PATIENCE);
    keeper.look();
    assertThat(submitted).isEqualTo(1);
  }

  /** The JobManager's clock was set back between two runs. */
  @Test
  void startTimesDoNotSayWhichRunIsNewest() {
    work = of("s1");
    keeper.look();
    Instant later = NOW.plus(INTERVAL);
    jobs = "[" + job("a1", "FINISHED", later) + "," + job("run1", "RUNNING", NOW) + "]";
    keeper.look();
    assertThat(submitted).isEqualTo(1);
    jobs = "[" + job("a1", "FINISHED", later) + "," + job("run1", "FAILED", NOW) + "]";
    keeper.look();
    assertThat(keeper.runs().problem()).isEqualTo("dig failed: no room for maps");
  }

  @Test
  void aPlanThatCannotBeMadeIsSaid() {
    jobs = "not json";
    keeper.look();
    assertThat(keeper.runs().problem()).startsWith("dig cannot be planned or started: ");
    assertThat(submitted).isZero();
  }

  @Test
  void aJobWhoseProgressCannotBeToldMayRunAgainAndAgain() {
    work = new JobSchedule.Work(true, Set.of(), Optional.empty());
    keeper.look();
    newestJob("FINISHED");
    keeper.look();
    assertThat(submitted).isEqualTo(2);
    assertThat(keeper.runs().problem()).isNull();
    assertThat(keeper.runs().next()).isEqualTo(NOW.plus(INTERVAL).toString());
  }

  @Test
  void doesNotLookBeforeTheDelay() {
    work = of("s1");
    try (JobKeeper later = keeper(Duration.ofMillis(1))) {
      later.keep();
      assertThat(later.runs()).isEqualTo(JobRuns.NEVER);
    }
    assertThat(submitted).isZero();
  }

  @Test
  void aClockThatIsSetBackDelaysNoLook() {
    keeper.look();
    assertThat(keeper.isDue()).isFalse();
    now = NOW.minusMillis(1);
    assertThat(keeper.isDue()).isTrue();
    now = NOW.minus(Duration.ofDays(1));
    keeper.look();
    assertThat(keeper.isDue()).isFalse();
    now = now.plus(INTERVAL);
    assertThat(keeper.isDue()).isTrue();
  }

  @Test
  void aMigrationWorksOnItsSegmentsAndSaysWhatBlocksIt() {
    SegmentLocation location = new SegmentLocation("s1", List.of("scm-0", "scm-1"), 100, 50, 90);
    StripeShape shape = new StripeShape(1, 1, 65_536, List.of("c-0", "c-1"));
    MigratePlan plan =
        new MigratePlan(
            List.of(new PlannedStripe(shape, List.of(new PlannedSegment(location, 0, Why.COLD)))),
            false,
            false,
            Optional.of("capacity full"),
            List.of());
    assertThat(JobSchedule.Work.of(plan))
        .isEqualTo(new JobSchedule.Work(true, Set.of("s1"), Optional.of("capacity full")));
    assertThat(JobSchedule.Work.of(MigratePlan.NONE)).isEqualTo(NOTHING);
  }

  @Test
  void aCompactionIsDueWhenItsPlanHasWork() {
    CompactionPlan idle = new CompactionPlan(7, 0, List.of(), 0, 0, false);
    RewritePlan dense = new RewritePlan(List.of(), 0, 0, "nothing is sparse");
    Sparse sparse = new Sparse(Tier.SCM, "s1", List.of("s1"), 100, 10);
    assertThat(
            JobSchedule.Work.of(
                    new WorkPlan(new CompactionPlan(7, 3, List.of(), 0, 0, false), dense))
                .due())
        .isTrue();
    assertThat(JobSchedule.Work.of(new WorkPlan(idle, new RewritePlan(List.of(sparse), 90, 1, ""))))
        .isEqualTo(new JobSchedule.Work(true, Set.of("s1"), Optional.empty()));
    assertThat(JobSchedule.Work.of(new WorkPlan(idle, dense))).isEqualTo(NOTHING);
  }
}
