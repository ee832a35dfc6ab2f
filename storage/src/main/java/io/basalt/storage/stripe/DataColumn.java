package io.basalt.storage.stripe;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** The same range of all data strips of a stripe in memory, whether they were read or computed. */
final class DataColumn {
  private final Column memory;
  private final ByteBuffer[] strips;
  private final int[] computed;

  /**
   * A column.
   *
   * @param memory what holds the strips
   * @param strips by number
   * @param computed numbers of those that are lost, ascending
   */
  DataColumn(Column memory, ByteBuffer[] strips, int[] computed) {
    this.memory = memory;
    this.strips = strips;
    this.computed = computed;
  }

  Column memory() {
    return memory;
  }

  ByteBuffer strip(int number) {
    return strips[number];
  }

  boolean isComputed(int strip) {
    return Arrays.binarySearch(computed, strip) >= 0;
  }
}
