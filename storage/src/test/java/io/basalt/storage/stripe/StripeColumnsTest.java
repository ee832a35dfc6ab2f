package io.basalt.storage.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.root.Stripe;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Columns of stripes on real files, with strips lost before and while they are read. */
class StripeColumnsTest {
  private static final int BLOCK = Stripe.BLOCK_BYTES;
  private static final StripeColumns.Arrivals UNSEEN = (strip, bytes) -> {};

  @TempDir Path folder;

  /**
   * Strips of several columns, the last one short; narrow and wider than any memory is meant for.
   */
  @ParameterizedTest
  @CsvSource({"4, 2, 50, 9", "100, 3, 2, 2", "146, 4, 2, 8"})
  void columnsHaveAllDataStripsWhateverIsLost(int k, int m, int blocks, int columns)
      throws Exception {
    StripeDrives files = new StripeDrives(folder, k + m);
    TestStripe stripe = TestStripe.random(0, k, m, blocks, 5);
    files.write(stripe);
    try (DriveSet set = files.open();
        StripeReader reader = new StripeReader(set)) {
      assertThat(reader.isDegraded(stripe.stripe())).isFalse();
    }
    files.unplug(1);
    files.unplug(3);
    if (m > 2) {
      files.unplug(k);
    }
    try (DriveSet set = files.open();
        StripeReader reader = new StripeReader(set)) {
      assertThat(reader.isDegraded(stripe.stripe())).isTrue();
      assertColumns(reader, stripe, columns);
      assertThat(reader.reconstructedBytes()).isEqualTo(2L * blocks * BLOCK);
      assertThat(set.reconstructed())
          .containsOnly(
              entry("capacity-1", (long) blocks * BLOCK),
              entry("capacity-3", (long) blocks * BLOCK));
    }
  }

  /** All columns, two at a time. */
  private static void assertColumns(StripeReader reader, TestStripe stripe, int expected)
      throws IOException {
    int bytes = StripeReader.columnShape(stripe.stripe()).bytes();
    int strip = (int) stripe.stripe().stripBytes();
    int count = (strip + bytes - 1) / bytes;
    assertThat(count).isEqualTo(expected);
    try (StripeColumns columns = reader.columns(stripe.stripe())) {
      for (int number = 0; number < count; number += 2) {
        List<CompletableFuture<StripeColumn>> two = new ArrayList<>();
        List<Queue<Integer>> arrived = new ArrayList<>();
        for (int i = number; i < Math.min(count, number + 2); i++) {
          int from = i * bytes;
          Queue<Integer> intact = new ConcurrentLinkedQueue<>();
          arrived.add(intact);
          two.add(
              columns.start(
                  i,
                  (data, found) -> {
                    if (stripe.isAt(data * strip + from, found)) {
                      intact.add(data);
                    }
                  }));
        }
        for (int i = 0; i < two.size(); i++) {
          int from = (number + i) * bytes;
          StripeColumn column = two.get(i).join();
          assertThat(arrived.get(i)).hasSize(stripe.stripe().dataStrips()).doesNotHaveDuplicates();
          for (int data = 0; data < stripe.stripe().dataStrips(); data++) {
            ByteBuffer found = column.slice(data, 0, Math.min(bytes, strip - from));
            assertThat(stripe.isAt(data * strip + from, found)).isTrue();
          }
          column.release();
        }
      }
    }
  }

  /** A file that goes in between fails one column, and the next does without it. */
  @Test
  void aStripThatTurnsOutLostIsRememberedForTheNextColumn() throws Exception {
    StripeDrives files = new StripeDrives(folder, 6);
    TestStripe stripe = TestStripe.random(0, 4, 2, 14, 5);
    files.write(stripe);
    files.unplug(1);
    try (DriveSet set = files.open();
        StripeReader reader = new StripeReader(set);
        StripeColumns columns = reader.columns(stripe.stripe())) {
      files.truncate(stripe.stripe(), 2, StripLayout.position(3 * BLOCK));
      assertThatThrownBy(() -> columns.start(0, UNSEEN).join())
          .hasRootCauseInstanceOf(EOFException.class);
      StripeColumn column = columns.start(0, UNSEEN).join();
      int strip = 14 * BLOCK;
      for (int data = 0; data < 4; data++) {
        assertThat(stripe.isAt(data * strip, column.slice(data, 0, BLOCK))).isTrue();
      }
      assertThat(set.reconstructed()).containsOnlyKeys("capacity-1", "capacity-2");
    }
  }

  @Test
  void aColumnWithTooManyLostSaysSoEachTime() throws Exception {
    StripeDrives files = new StripeDrives(folder, 6);
    TestStripe stripe = TestStripe.random(0, 4, 2, 2, 5);
    files.write(stripe);
    files.unplug(1);
    files.unplug(3);
    files.unplug(4);
    try (DriveSet set = files.open();
        StripeReader reader = new StripeReader(set);
        StripeColumns columns = reader.columns(stripe.stripe())) {
      for (int tries = 0; tries < 2; tries++) {
        assertThatThrownBy(() -> columns.start(0, UNSEEN).join())
            .hasMessageContaining("3 of its 4+2 strips are lost");
      }
    }
  }
}
