package io.basalt.storage.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.commit.Attempt;
import io.basalt.storage.drive.Drive;
import io.basalt.storage.drive.Drive.StoredFile;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.drive.SimulatedCrash;
import io.basalt.storage.drive.SimulatedDrives;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Stops the writing of two stripes at every operation on their drives. */
class StripeCrashTest {
  private static final long ONE_BLOCK_COLUMNS = 1;

  private final List<TestStripe> stripes =
      List.of(TestStripe.random(0, 2, 2, 3, 1), TestStripe.random(1, 3, 1, 2, 2));

  @Test
  void whatWriteHasReturnedIsThereAfterAStopAtAnyOperation() throws Exception {
    SimulatedDrives whole = new SimulatedDrives(0, 4, 64 << 20);
    assertThat(write(whole)).isEqualTo(2);
    for (long stop = 1; stop <= whole.operations(); stop++) {
      SimulatedDrives drives = new SimulatedDrives(0, 4, 64 << 20);
      drives.stopAt(stop);
      int written = write(drives);
      for (int outcome = 0; outcome < 3; outcome++) {
        check(drives.afterCrash(31 * stop + outcome), written);
      }
    }
  }

  /** Writes the stripes, one after the other; says how many were done. */
  private int write(SimulatedDrives drives) throws Exception {
    StripeWriter writer = new StripeWriter(drives.driveSet(), ONE_BLOCK_COLUMNS);
    int done = 0;
    try {
      for (TestStripe stripe : stripes) {
        writer.write(stripe.stripe(), stripe.segments(), stripe::read);
        done++;
      }
    } catch (SimulatedCrash crash) {
      assertThat(drives.stopped()).isTrue();
    }
    return done;
  }

  private void check(SimulatedDrives after, int written) throws Exception {
    for (Drive drive : after.drives()) {
      // All that is left of the others tells whose it is, so that the sweep can delete it.
      for (StoredFile file : drive.list("")) {
        assertThat(Attempt.ofFile(file.name())).contains(Attempt.parse(TestStripe.ATTEMPT));
      }
    }
    DriveSet set = after.driveSet();
    try (StripeReader reader = new StripeReader(set)) {
      for (TestStripe stripe : stripes.subList(0, written)) {
        byte[] found = new byte[stripe.data().length];
        reader.read(stripe.stripe(), 0, ByteBuffer.wrap(found));
        assertThat(found).isEqualTo(stripe.data());
        assertThat(parityHolds(set, stripe)).isTrue();
      }
      assertThat(reader.reconstructedBytes()).isZero();
      assertThat(set.mismatches()).isEmpty();
    }
    writeAgain(after);
  }

  /** With all data strips that parity can replace away, the rest gives the same bytes. */
  private static boolean parityHolds(DriveSet set, TestStripe stripe) throws Exception {
    int lost = stripe.stripe().parityStrips();
    List<Drive> left =
        IntStream.range(lost, stripe.stripe().strips())
            .mapToObj(i -> drive(set, stripe.stripe().drives().get(i)))
            .toList();
    DriveSet degraded = DriveSet.sequential(SimulatedDrives.STORE, left, DriveSet.Options.DEFAULTS);
    byte[] found = new byte[stripe.data().length];
    try (StripeReader reader = new StripeReader(degraded)) {
      reader.read(stripe.stripe(), 0, ByteBuffer.wrap(found));
    }
    return java.util.Arrays.equals(found, stripe.data());
  }

  private static Drive drive(DriveSet set, String id) {
    try {
      return set.call(id, drive -> drive);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** The next process writes under ids of its own beside whatever is left. */
  private static void writeAgain(SimulatedDrives after) throws Exception {
    TestStripe next = TestStripe.random(7, 2, 1, 1, 7);
    new StripeWriter(after.driveSet(), ONE_BLOCK_COLUMNS)
        .write(next.stripe(), next.segments(), next::read);
  }
}
