package io.basalt.storage.drive;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class UsedSpaceTest {
  private static final Duration FRESH = Duration.ofMillis(500);
  private static final Duration OLD = Duration.ofSeconds(30);

  private final AtomicLong now = new AtomicLong();
  private final AtomicLong stored = new AtomicLong(1000);
  private int walks;

  private long walk() {
    walks++;
    return stored.get();
  }

  private void pass(Duration time) {
    now.addAndGet(time.toNanos());
  }

  @Test
  void countsWhatThisProcessAddsWithoutAWalk() throws IOException {
    UsedSpace used = new UsedSpace(this::walk, now::get);
    used.add(1);
    assertThat(used.bytes(FRESH)).isEqualTo(1000);

    used.add(64);
    used.add(-4);
    assertThat(used.bytes(FRESH)).isEqualTo(1060);
    assertThat(walks).isEqualTo(1);
  }

  @Test
  void countsWhatOthersAddOnceTheWalkIsTooOldForTheAsker() throws IOException {
    UsedSpace used = new UsedSpace(this::walk, now::get);
    used.bytes(FRESH);
    used.add(500);
    stored.set(3500);
    pass(Duration.ofSeconds(1));

    assertThat(used.bytes(OLD)).isEqualTo(1500);
    assertThat(used.bytes(FRESH)).isEqualTo(3500);
    assertThat(walks).isEqualTo(2);
  }

  @Test
  void restsAfterALongWalk() throws IOException {
    UsedSpace used =
        new UsedSpace(
            () -> {
              pass(Duration.ofSeconds(1));
              return walk();
            },
            now::get);
    used.bytes(FRESH);
    pass(Duration.ofSeconds(20));
    used.bytes(FRESH);
    assertThat(walks).isEqualTo(1);

    pass(Duration.ofSeconds(1));
    used.bytes(FRESH);
    assertThat(walks).isEqualTo(2);
  }

  @Test
  void lacksNothingThatIsAddedDuringAWalkAndLetsNobodyElseWait() throws Exception {
    CountDownLatch walking = new CountDownLatch(1);
    CountDownLatch read = new CountDownLatch(1);
    UsedSpace used =
        new UsedSpace(
            () -> {
              long bytes = walk();
              if (walks > 1) {
                walking.countDown();
                await(read);
              }
              return bytes;
            },
            now::get);
    used.bytes(FRESH);
    pass(Duration.ofSeconds(1));
    CompletableFuture<Long> fresh =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return used.bytes(FRESH);
              } catch (IOException e) {
                throw new IllegalStateException(e);
              }
            });

    await(walking);
    used.add(7);
    assertThat(used.bytes(OLD)).isEqualTo(1007);
    read.countDown();
    assertThat(fresh.get()).isEqualTo(1007);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
