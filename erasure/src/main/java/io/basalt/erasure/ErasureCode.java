package io.basalt.erasure;

import java.nio.ByteBuffer;

/**
 * A systematic code over a stripe of {@code k} data and {@code m} parity strips: any {@code k} of
 * them give back all others. The parity bytes are those of jerasure's {@code reed_sol_van} with w =
 * 8, on every kernel.
 *
 * <p>Strips are handed over as {@code k+m} <b>direct</b> buffers, data first, which are made ready
 * once for any number of calls. A call works on the bytes {@code offset} to {@code offset+length}
 * of each, counted from the start of the buffer like {@link ByteBuffer#get(int)}: positions are
 * neither used nor changed, limits are respected. Any length is allowed; addresses must be equal
 * modulo 16, which buffers of one allocator are at equal offsets. The bytes stay the caller's:
 * nothing is copied or kept, and encode and decode allocate nothing, but for the first decoding of
 * a pattern of losses.
 *
 * <p>All methods may be called from many threads at once, on strips that no other call writes.
 * Every misuse is an exception, and leaves the strips as they were: {@link
 * IllegalArgumentException} for bad buffers, {@link TooManyLostException}, {@link
 * IllegalStateException} after {@link #close}.
 */
public interface ErasureCode extends AutoCloseable {

  /**
   * The code of this geometry on the kernel that the system property {@value KernelChoice#PROPERTY}
   * names, by default the fastest that this machine has, by a measurement of a few milliseconds
   * once per process and geometry.
   *
   * @throws KernelUnavailableException if the machine lacks the kernel; says which package to
   *     install
   */
  static ErasureCode open(Geometry geometry) {
    return open(geometry, KernelChoice.configured());
  }

  /** The same with an explicit choice. */
  static ErasureCode open(Geometry geometry, KernelChoice choice) {
    return MatrixCode.open(geometry, choice);
  }

  Geometry geometry();

  /** What computes the parity. */
  Kernel kernel();

  /**
   * A row of the coding matrix: the factors of the data strips whose sum is this parity strip,
   * counted from 0.
   */
  byte[] row(int parity);

  /** Computes the {@code m} parity strips from the {@code k} data strips. */
  void encode(StripBuffers strips, int offset, int length);

  /**
   * Rebuilds the lost strips into their buffers from any {@code k} of the others. A strip that has
   * a buffer and is not lost is a source.
   *
   * @throws TooManyLostException if fewer than {@code k} sources are there
   */
  void decode(StripBuffers strips, StripSet lost, int offset, int length);

  /**
   * Like {@link #decode}, and then proves the result before it returns. With more than {@code k}
   * sources one of them is computed from the others and compared, which also finds a source that is
   * wrong; with just {@code k}, a known source is computed back from what was rebuilt, which finds
   * an error of the computation or the memory.
   *
   * @param scratch takes the bytes to compare, at the same offset; the same demands as on a strip,
   *     whose bytes it must not share
   * @throws ReconstructionMismatchException if they differ; the lost strips must not be used
   */
  void decodeVerified(
      StripBuffers strips, StripSet lost, int offset, int length, ByteBuffer scratch);

  /**
   * The fewest strips to read to have all of {@code wanted}: these themselves where they are
   * available, otherwise {@code k} strips, of which as many as possible are wanted or data; wanted
   * ones among the others are then to be decoded.
   *
   * @throws TooManyLostException if the available strips cannot give the wanted ones
   */
  StripSet minimumToDecode(StripSet wanted, StripSet available);

  /** Ends the use of this code: calls that begin later fail, those that run end normally. */
  @Override
  void close();
}
