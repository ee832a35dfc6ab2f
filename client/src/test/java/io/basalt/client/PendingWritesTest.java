package io.basalt.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.basalt.kafka.Acknowledgement;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class PendingWritesTest {
  private static final String WRITES = "writes-1";
  private static final String REJECTS = "rejects-1";

  private final PendingWrites pending =
      new PendingWrites(WRITES, REJECTS, PendingWrites.Settlement::complete);
  private long root;

  @Test
  void settlesOnceAcknowledgedAndConfirmed() {
    rejectsRead(0, 1);
    CompletableFuture<Acknowledged> write = sent(3, 10, 2);

    acknowledge(3, 11, 0);
    assertThat(write).isNotDone();
    pending.confirmed(2);

    assertThat(write).isCompletedWithValue(new Acknowledged("/f", 3, 10, root));
    assertThat(pending.size()).isZero();
  }

  @Test
  void waitsForTheOffsetThatIsCovered() {
    rejectsRead(0, 1);
    CompletableFuture<Acknowledged> first = sent(0, 10, 1);
    CompletableFuture<Acknowledged> second = sent(0, 11, 1);
    CompletableFuture<Acknowledged> elsewhere = sent(1, 5, 1);

    acknowledge(0, 11, 0);

    assertThat(first).isCompleted();
    assertThat(second).isNotDone();
    assertThat(elsewhere).isNotDone();
    acknowledge(0, 12, 0);
    assertThat(second).isCompleted();
  }

  @Test
  void takesTheAcknowledgementOfTheHighestRoot() {
    rejectsRead(0, 1);
    Acknowledgement late = acknowledgement(WRITES, 0, 5, 0, REJECTS);
    CompletableFuture<Acknowledged> write = sent(0, 19, 1);
    acknowledge(0, 20, 0);
    long highest = root;
    pending.acknowledged(late);

    assertThat(write).isCompletedWithValue(new Acknowledged("/f", 0, 19, highest));
    CompletableFuture<Acknowledged> second = sent(0, 20, 1);
    pending.acknowledged(late);
    assertThat(second).isNotDone();
    acknowledge(0, 21, 0);
    assertThat(second).isCompleted();
  }

  @Test
  void acknowledgementsOfBeforeACutSayNothingOfWhatFollows() {
    rejectsRead(0, 1);
    Acknowledgement before = acknowledgement(WRITES, 0, 100, 0, REJECTS);
    pending.acknowledged(before);
    CompletableFuture<Acknowledged> kept = sent(0, 100, 2);
    Write underWay = pending.begin("/f", 0);

    // The log was cut at 30, and others wrote two records since.
    CompletableFuture<Acknowledged> first = sent(0, 32, 1);
    assertThatThrownBy(kept::join)
        .hasCauseInstanceOf(WriteUnknownException.class)
        .hasMessageContaining("the log of the write topic was cut");
    pending.acknowledged(before);
    assertThat(first).isNotDone();

    acknowledge(0, 30, 0);
    assertThat(first).isNotDone();
    pending.sent(underWay, 33, 1);
    acknowledge(0, 33, 0);
    assertThat(first).isCompletedWithValue(new Acknowledged("/f", 0, 32, root));
    assertThat(underWay.future()).isNotDone();
    acknowledge(0, 34, 0);
    assertThat(underWay.future()).isCompleted();
    assertThat(pending.size()).isZero();
  }

  @Test
  void acknowledgementsThatWaitForRejectsSayNothingAfterACutEither() {
    rejectsRead(0, 1);
    acknowledge(0, 100, 7);
    CompletableFuture<Acknowledged> lost = sent(0, 120, 1);
    CompletableFuture<Acknowledged> after = sent(0, 40, 1);
    assertThat(lost).isCompletedExceptionally();

    rejectsRead(7, 2);
    assertThat(after).isNotDone();
    acknowledge(0, 41, 7);
    assertThat(after).isCompletedWithValue(new Acknowledged("/f", 0, 40, root));
  }

  @Test
  void whatWasSentBelowACutIsStillAcknowledged() {
    rejectsRead(0, 1);
    CompletableFuture<Acknowledged> below = sent(0, 10, 1);
    CompletableFuture<Acknowledged> lost = sent(0, 20, 1);
    CompletableFuture<Acknowledged> after = sent(0, 15, 1);

    assertThat(lost).isCompletedExceptionally();
    acknowledge(0, 15, 0);
    assertThat(below).isCompleted();
    assertThat(after).isNotDone();
    acknowledge(0, 16, 0);
    assertThat(after).isCompleted();
  }

  @Test
  void readsTheRejectsBeforeItCompletesAnything() {
    rejectsRead(0, 1);
    CompletableFuture<Acknowledged> good = sent(0, 10, 1);
    CompletableFuture<Acknowledged> bad = sent(0, 11, 1);

    acknowledge(0, 12, 7);
    assertThat(good).isNotDone();
    pending.rejected(WRITES, 0, 11, "path is empty");
    pending.rejectsRead(7, 2);
    assertThat(good).isNotDone();
    pending.confirmed(2);

    assertThat(good).isCompleted();
    assertThatThrownBy(bad::join)
        .hasCauseInstanceOf(WriteRejectedException.class)
        .hasMessageContaining("/f was rejected: path is empty");
  }

  @Test
  void anAnswerMayComeLast() {
    rejectsRead(0, 1);
    Write write = pending.begin("/f", 0);
    pending.rejected(WRITES, 0, 10, "unknown op: x");
    rejectsRead(1, 2);
    acknowledge(0, 11, 1);
    pending.sent(write, 10, 2);

    assertThatThrownBy(() -> write.future().join()).hasMessageContaining("unknown op: x");
  }

  @Test
  void acknowledgementsOfOtherTopicsSayNothing() {
    rejectsRead(0, 1);
    CompletableFuture<Acknowledged> write = sent(0, 10, 1);

    pending.acknowledged(acknowledgement("writes-0", 0, 100, 0, REJECTS));
    pending.acknowledged(acknowledgement(WRITES, 0, 100, 0, "rejects-0"));
    pending.rejected("writes-0", 0, 10, "of another topic");
    assertThat(write).isNotDone();
    acknowledge(0, 11, 0);

    assertThat(write).isCompleted();
  }

  @Test
  void acceptsAnAcknowledgementBeforeAnythingWasEverRejected() {
    CompletableFuture<Acknowledged> write = sent(0, 10, 1);
    rejectsRead(0, 1);

    pending.acknowledged(acknowledgement(WRITES, 0, 11, 0, ""));

    assertThat(write).isCompleted();
  }

  @Test
  void whatWasSentToARecreatedTopicIsUnknown() {
    rejectsRead(0, 1);
    CompletableFuture<Acknowledged> answered = sent(0, 10, 2);
    Write underWay = pending.begin("/f", 0);
    acknowledge(0, 100, 0);

    pending.startOver("writes-2", REJECTS);
    pending.sent(underWay, 3, 3);

    assertThatThrownBy(answered::join).hasCauseInstanceOf(WriteUnknownException.class);
    assertThatThrownBy(() -> underWay.future().join())
        .hasCauseInstanceOf(WriteUnknownException.class)
        .hasMessageContaining("recreated meanwhile");
    assertThat(pending.size()).isZero();
  }

  @Test
  void goesOnWithTheRecreatedTopic() {
    rejectsRead(5, 1);
    acknowledge(0, 100, 5);
    pending.startOver("writes-2", "rejects-2");
    CompletableFuture<Acknowledged> write = sent(0, 3, 2);
    pending.rejectsRead(0, 3);
    pending.confirmed(3);
    assertThat(write).isNotDone();

    pending.acknowledged(acknowledgement("writes-2", 0, 4, 0, "rejects-2"));

    assertThat(write).isCompleted();
  }

  @Test
  void rejectsThatWereReadStayReadWhenOnlyTheWriteTopicIsAnother() {
    rejectsRead(5, 1);
    pending.startOver("writes-2", REJECTS);
    CompletableFuture<Acknowledged> write = sent(0, 3, 1);

    pending.acknowledged(acknowledgement("writes-2", 0, 4, 5, REJECTS));

    assertThat(write).isCompleted();
  }

  @Test
  void keepsNoRejectsOfOthers() {
    rejectsRead(0, 1);
    pending.rejected(WRITES, 0, 5, "of another client, before anything was sent here");
    CompletableFuture<Acknowledged> write = sent(0, 9, 1);
    pending.rejected(WRITES, 0, 6, "of another client");

    acknowledge(0, 10, 0);

    assertThat(write).isCompleted();
  }

  @Test
  void aFailedSendSettlesAtOnce() {
    Write write = pending.begin("/f", 0);

    pending.failed(write, new WriteUnknownException("/f", "Kafka did not confirm it"));

    assertThatThrownBy(() -> write.future().join()).hasMessageContaining("did not confirm");
    assertThat(pending.size()).isZero();
  }

  @Test
  void closingFailsWhatWasSent() {
    CompletableFuture<Acknowledged> write = sent(0, 1, 1);

    pending.close();

    assertThatThrownBy(write::join).hasMessageContaining("the client was closed");
  }

  private CompletableFuture<Acknowledged> sent(int partition, long offset, long check) {
    Write write = pending.begin("/f", partition);
    pending.sent(write, offset, check);
    return write.future();
  }

  private void rejectsRead(long end, long check) {
    pending.rejectsRead(end, check);
    pending.confirmed(check);
  }

  private void acknowledge(int partition, long next, long rejects) {
    pending.acknowledged(acknowledgement(WRITES, partition, next, rejects, REJECTS));
  }

  private Acknowledgement acknowledgement(
      String topicId, int partition, long next, long rejects, String rejectsTopicId) {
    root++;
    return new Acknowledgement(
        "basalt.writes", topicId, partition, next, rejects, rejectsTopicId, root, Instant.EPOCH);
  }
}
