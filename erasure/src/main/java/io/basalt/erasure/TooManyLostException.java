package io.basalt.erasure;

/** More strips are gone than the code has parity: bring drives back. */
public final class TooManyLostException extends RuntimeException {
  private static final long serialVersionUID = 1;

  TooManyLostException(Geometry geometry, StripSet wanted, int available) {
    super(
        "strips %s of a %s stripe need %d others, and only %d are available"
            .formatted(wanted, geometry, geometry.k(), available));
  }
}
