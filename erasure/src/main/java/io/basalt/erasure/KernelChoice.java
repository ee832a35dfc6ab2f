package io.basalt.erasure;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Which kernels may be used; the fastest of them is. */
public enum KernelChoice {
  /** The fastest native kernel; plain Java, with a warning, where there is none. */
  AUTO,
  /** The fastest native kernel, or an error: for machines where plain Java would be too slow. */
  NATIVE,
  /** jerasure alone. */
  JERASURE,
  /** ISA-L alone, in the faster of its two ways. */
  ISAL,
  /** The processor's GFNI instructions alone. */
  GFNI,
  /** Plain Java alone. */
  JAVA;

  /**
   * The system property that chooses: {@code auto}, {@code native}, {@code jerasure}, {@code isal},
   * {@code gfni} or {@code java}.
   */
  public static final String PROPERTY = "basalt.erasure.kernel";

  /** The choice of the system property, or {@link #AUTO}. */
  static KernelChoice configured() {
    return parse(System.getProperty(PROPERTY, "auto"));
  }

  /**
   * The choice of this name.
   *
   * @throws IllegalArgumentException naming the choices
   */
  static KernelChoice parse(String name) {
    return Arrays.stream(values())
        .filter(choice -> choice.toString().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "%s is '%s': use one of %s"
                        .formatted(PROPERTY, name, Arrays.toString(values()))));
  }

  /** The native kernels of this choice, best first by expectation. */
  List<Kernel> natives() {
    return switch (this) {
      case AUTO, NATIVE -> List.of(Kernel.GFNI, Kernel.ISAL, Kernel.ISAL_UPDATE, Kernel.JERASURE);
      case GFNI -> List.of(Kernel.GFNI);
      case ISAL -> List.of(Kernel.ISAL, Kernel.ISAL_UPDATE);
      case JERASURE -> List.of(Kernel.JERASURE);
      case JAVA -> List.of();
    };
  }

  /** What to do about a machine that has the library and none of these kernels. */
  String missing() {
    return this == GFNI
        ? "this processor lacks GFNI or AVX-512: use -D%s=auto".formatted(PROPERTY)
        : "ISA-L is missing: apt-get install libisal2";
  }

  boolean allowsJava() {
    return this == AUTO || this == JAVA;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
