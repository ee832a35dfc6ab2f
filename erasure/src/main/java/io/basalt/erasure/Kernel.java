package io.basalt.erasure;

import java.util.Locale;

/** What computes the products. All give the same bytes. */
public enum Kernel {
  /** libjerasure2 on gf-complete. */
  JERASURE(0),
  /** ISA-L, all sources at once, for narrow codes. */
  ISAL(1),
  /** ISA-L, one source at a time over a column that stays in the cache, for wide codes. */
  ISAL_UPDATE(2),
  /** The processor's own products, on those with GFNI and AVX-512. */
  GFNI(3),
  /** Plain Java: the oracle of the tests, and the last resort. */
  JAVA(-1);

  /** The kernel's number in {@code kernels.h}. */
  private final int number;

  Kernel(int number) {
    this.number = number;
  }

  int number() {
    return number;
  }

  boolean isNative() {
    return this != JAVA;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
