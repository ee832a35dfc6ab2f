package io.basalt.erasure;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The code: checks the arguments, keeps the matrices of recent losses, and leaves the arithmetic to
 * a transform.
 */
final class MatrixCode implements ErasureCode {
  private static final Logger LOG = LoggerFactory.getLogger(MatrixCode.class);

  /** The lack of a native kernel is said once per process, not once per code. */
  private static final AtomicBoolean WARNED = new AtomicBoolean();

  /** Patterns of losses kept; a reader meets few at a time. */
  private static final int RECONSTRUCTIONS = 64;

  private final Geometry geometry;
  private final Kernel kernel;
  private final Kernel kernelForOne;
  private final Matrix coding;
  private final Transform encoding;

  /** Newest first; replaced as a whole, so that readers need no lock. */
  private volatile Reconstruction[] reconstructions = new Reconstruction[0];

  private volatile boolean closed;

  private MatrixCode(Geometry geometry, Kernel kernel, Kernel kernelForOne, Matrix coding) {
    this.geometry = geometry;
    this.kernel = kernel;
    this.kernelForOne = kernelForOne;
    this.coding = coding;
    this.encoding = Transform.of(kernel, coding, geometry.all().toArray());
  }

  static MatrixCode open(Geometry geometry, KernelChoice choice) {
    List<Kernel> natives = choice.natives().stream().filter(NativeLibrary::has).toList();
    if (natives.isEmpty() && !choice.allowsJava()) {
      throw new KernelUnavailableException(NativeLibrary.problem().orElse(choice.missing()));
    }
    if (natives.isEmpty() && choice == KernelChoice.AUTO && WARNED.compareAndSet(false, true)) {
      LOG.warn(
          "{}; erasure coding goes on in plain Java, many times slower",
          NativeLibrary.problem().orElse("no native kernel"));
    }
    List<Kernel> kernels = natives.isEmpty() ? List.of(Kernel.JAVA) : natives;
    return open(geometry, kernels);
  }

  /** The fastest of these kernels, all of which this machine has. */
  static MatrixCode open(Geometry geometry, List<Kernel> kernels) {
    return new MatrixCode(
        geometry,
        KernelMeasurement.fastest(geometry.k(), geometry.m(), kernels),
        KernelMeasurement.fastest(geometry.k(), 1, kernels),
        codingMatrix(geometry));
  }

  /** The matrix, computed here and compared with jerasure's own where that is installed. */
  private static Matrix codingMatrix(Geometry geometry) {
    Matrix matrix = Matrix.coding(geometry);
    if (NativeLibrary.has(Kernel.JERASURE)) {
      byte[] jerasure = new byte[geometry.k() * geometry.m()];
      NativeKernels.check(NativeKernels.codingMatrix(geometry.k(), geometry.m(), jerasure));
      if (!Arrays.equals(jerasure, matrix.cells())) {
        throw new IllegalStateException(
            "the installed libjerasure2 has another %s matrix than reed_sol_van: it must not be used"
                .formatted(geometry));
      }
    }
    return matrix;
  }

  @Override
  public Geometry geometry() {
    return geometry;
  }

  @Override
  public Kernel kernel() {
    return kernel;
  }

  @Override
  public byte[] row(int parity) {
    byte[] row = new byte[geometry.k()];
    for (int column = 0; column < row.length; column++) {
      row[column] = (byte) coding.at(parity, column);
    }
    return row;
  }

  @Override
  public void encode(StripBuffers strips, int offset, int length) {
    checkOpen();
    strips.require(geometry, offset, length);
    for (int strip = 0; strip < geometry.k(); strip++) {
      strips.requirePresent(strip);
    }
    for (int strip = geometry.k(); strip < geometry.width(); strip++) {
      strips.requireWritable(strip);
    }
    encoding.apply(strips, offset, length);
  }

  @Override
  public void decode(StripBuffers strips, StripSet lost, int offset, int length) {
    Reconstruction reconstruction = prepare(strips, lost, offset, length);
    if (reconstruction != null) {
      reconstruction.run(strips, offset, length);
    }
  }

  @Override
  public void decodeVerified(
      StripBuffers strips, StripSet lost, int offset, int length, ByteBuffer scratch) {
    Reconstruction reconstruction = prepare(strips, lost, offset, length);
    if (reconstruction == null) {
      return;
    }
    checkApart(scratch, strips);
    StripBuffers withScratch = strips.with(scratch);
    withScratch.requireRange(geometry.width(), offset, length);
    withScratch.requireWritable(geometry.width());
    reconstruction.run(strips, offset, length);
    reconstruction.prove(withScratch, offset, length);
  }

  /** Refuses a strip as scratch; an overlap in part is noticed where addresses are known. */
  @SuppressWarnings("ReferenceEquality")
  private static void checkApart(ByteBuffer scratch, StripBuffers strips) {
    for (int strip : strips.present().toArray()) {
      if (strips.buffer(strip) == scratch) {
        throw new IllegalArgumentException(StripBuffers.OVERLAP);
      }
    }
  }

  /** Checks everything and finds the reconstruction; null if nothing is lost. */
  private Reconstruction prepare(StripBuffers strips, StripSet lost, int offset, int length) {
    checkOpen();
    strips.require(geometry, offset, length);
    if (lost.isEmpty()) {
      return null;
    }
    checkNumbers(lost);
    for (int i = 0; i < lost.size(); i++) {
      strips.requireWritable(lost.at(i));
    }
    return reconstruction(strips, lost);
  }

  private Reconstruction reconstruction(StripBuffers strips, StripSet lost) {
    for (Reconstruction known : reconstructions) {
      if (known.fits(strips, lost)) {
        return known;
      }
    }
    int sources = strips.present().size() - lost.size();
    if (sources < geometry.k()) {
      throw new TooManyLostException(geometry, lost, sources);
    }
    Kernel chosen = lost.size() == 1 ? kernelForOne : kernel;
    Reconstruction made = new Reconstruction(chosen, coding, strips.present(), lost);
    remember(made);
    return made;
  }

  private synchronized void remember(Reconstruction made) {
    Reconstruction[] before = reconstructions;
    int kept = Math.min(before.length, RECONSTRUCTIONS - 1);
    Reconstruction[] after = new Reconstruction[kept + 1];
    after[0] = made;
    System.arraycopy(before, 0, after, 1, kept);
    reconstructions = after;
  }

  @Override
  public StripSet minimumToDecode(StripSet wanted, StripSet available) {
    checkOpen();
    checkNumbers(wanted);
    checkNumbers(available);
    if (available.containsAll(wanted)) {
      return wanted;
    }
    if (available.size() < geometry.k()) {
      throw new TooManyLostException(geometry, wanted.minus(available), available.size());
    }
    int[] chosen =
        IntStream.concat(
                Arrays.stream(available.toArray()).filter(wanted::contains),
                Arrays.stream(available.toArray()).filter(strip -> !wanted.contains(strip)))
            .toArray();
    return StripSet.of(Arrays.copyOf(chosen, geometry.k()));
  }

  private void checkNumbers(StripSet strips) {
    if (!strips.isEmpty() && strips.at(strips.size() - 1) >= geometry.width()) {
      throw new IllegalArgumentException(
          "strips %s do not all belong to a %s stripe".formatted(strips, geometry));
    }
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the %s code is closed: open another".formatted(geometry));
    }
  }

  @Override
  public void close() {
    closed = true;
    reconstructions = new Reconstruction[0];
  }

  @Override
  public String toString() {
    return "reed_sol_van %s on %s".formatted(geometry, kernel);
  }
}
