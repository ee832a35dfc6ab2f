package io.basalt.erasure;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The way from {@code k} sources to a set of lost strips, and from there to a known strip that
 * proves the result.
 *
 * <p>The proof: in an MDS code any {@code k} strips give any other, and each of them counts. So a
 * known strip, the witness, is computed from what was rebuilt, filled up with sources, and
 * compared. The witness is a strip that was no source where there is one, so that it also speaks
 * for the sources.
 */
final class Reconstruction {
  private final StripSet present;
  private final StripSet lost;
  private final StripSet sources;
  private final int witness;
  private final Transform rebuild;

  /** Each computes the witness into the scratch buffer, which is behind the last strip. */
  private final List<Transform> proofs;

  /**
   * Prepares a reconstruction.
   *
   * @param present the strips with memory: the lost ones, and at least {@code k} others, of which
   *     the first {@code k} are the sources, so data come first
   */
  Reconstruction(Kernel kernel, Matrix coding, StripSet present, StripSet lost) {
    int k = coding.columns();
    int[] available = present.minus(lost).toArray();
    this.present = present;
    this.lost = lost;
    this.sources = StripSet.of(Arrays.copyOf(available, k));
    this.witness = available.length > k ? available[k] : available[0];
    this.rebuild =
        Transform.of(
            kernel,
            Matrix.decoding(coding, sources.toArray(), lost.toArray()),
            concat(sources.toArray(), lost.toArray()));
    this.proofs = proofs(kernel, coding);
  }

  /** One proof, or several where more strips were rebuilt than one proof can hold. */
  private List<Transform> proofs(Kernel kernel, Matrix coding) {
    int k = coding.columns();
    int[] scratch = {coding.columns() + coding.rows()};
    List<Transform> made = new ArrayList<>();
    for (int from = 0; from < lost.size(); from += k) {
      int[] rebuilt = Arrays.copyOfRange(lost.toArray(), from, Math.min(from + k, lost.size()));
      int[] known = Arrays.copyOfRange(sources.toArray(), rebuilt.length, k);
      int[] columns = concat(rebuilt, known);
      Matrix matrix = Matrix.decoding(coding, columns, new int[] {witness});
      made.add(Transform.of(kernel, matrix, concat(columns, scratch)));
    }
    return List.copyOf(made);
  }

  private static int[] concat(int[] first, int[] second) {
    return IntStream.concat(Arrays.stream(first), Arrays.stream(second)).toArray();
  }

  /** Whether this is the way for these losses with the strips that are there. */
  boolean fits(StripBuffers strips, StripSet wanted) {
    return lost.equals(wanted) && present.equals(strips.present());
  }

  void run(StripBuffers strips, int offset, int length) {
    rebuild.apply(strips, offset, length);
  }

  /** Computes the witness into the scratch buffer, which is the last, and compares. */
  void prove(StripBuffers withScratch, int offset, int length) {
    ByteBuffer known = withScratch.buffer(witness).slice(offset, length);
    ByteBuffer computed = withScratch.buffer(withScratch.width() - 1).slice(offset, length);
    for (Transform proof : proofs) {
      proof.apply(withScratch, offset, length);
      int difference = computed.mismatch(known);
      if (difference >= 0) {
        throw new ReconstructionMismatchException(lost, sources, witness, offset + difference);
      }
    }
  }
}
