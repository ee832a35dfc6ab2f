package io.basalt.erasure;

import java.util.Arrays;
import java.util.BitSet;
import java.util.stream.IntStream;

/** An immutable set of strip numbers, 0 to 255, in ascending order. */
public final class StripSet {
  private final BitSet members;
  private final int[] ascending;

  private StripSet(BitSet members) {
    this.members = members;
    this.ascending = members.stream().toArray();
  }

  /**
   * The set of these strips.
   *
   * @throws IllegalArgumentException if one is negative, above 255, or named twice
   */
  public static StripSet of(int... strips) {
    BitSet members = new BitSet();
    for (int strip : strips) {
      if (strip < 0 || strip >= Geometry.MAX_WIDTH) {
        throw new IllegalArgumentException("no strip has the number " + strip);
      }
      if (members.get(strip)) {
        throw new IllegalArgumentException("strip " + strip + " is named twice");
      }
      members.set(strip);
    }
    return new StripSet(members);
  }

  /** The strips from {@code from} up to but without {@code to}. */
  public static StripSet range(int from, int to) {
    return of(IntStream.range(from, to).toArray());
  }

  public boolean contains(int strip) {
    return strip >= 0 && members.get(strip);
  }

  public boolean containsAll(StripSet others) {
    return others.minus(this).isEmpty();
  }

  public boolean isEmpty() {
    return ascending.length == 0;
  }

  public int size() {
    return ascending.length;
  }

  /** The members in ascending order; the array is the caller's. */
  public int[] toArray() {
    return ascending.clone();
  }

  public StripSet minus(StripSet others) {
    BitSet rest = (BitSet) members.clone();
    rest.andNot(others.members);
    return new StripSet(rest);
  }

  /** The member at this place of the ascending order. */
  int at(int place) {
    return ascending[place];
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof StripSet that && Arrays.equals(ascending, that.ascending);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(ascending);
  }

  @Override
  public String toString() {
    return Arrays.toString(ascending);
  }
}
