package io.basalt.erasure;

/** A rebuilt strip does not agree with a known one: do not use it, and check the sources. */
public final class ReconstructionMismatchException extends RuntimeException {
  private static final long serialVersionUID = 1;

  ReconstructionMismatchException(StripSet lost, StripSet sources, int witness, int position) {
    super(
        "strips %s rebuilt from %s contradict strip %d at byte %d: one of the sources is wrong"
            .formatted(lost, sources, witness, position));
  }
}
