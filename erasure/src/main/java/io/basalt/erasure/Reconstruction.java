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
  private final StripSet lost;
  private final StripSet sources;
  private final int witness;
  private final boolean witnessIsSpare;
  private final Transform rebuild;
  private final int[] rebuildOrder;
  private final List<Proof> proofs;

  /**
   * Computes the witness; the last place of the order is the scratch buffer, behind the last strip.
   */
  private static final class Proof {
    private final Transform transform;
    private final int[] order;

    Proof(Transform transform, int[] order) {
      this.transform = transform;
      this.order = order;
    }
  }

  /**
   * Prepares a reconstruction.
   *
   * @param available at least {@code k} strips, ascending; the first {@code k} are the sources, so
   *     data come first
   */
  Reconstruction(Kernel kernel, Matrix coding, int[] available, StripSet lost) {
    int k = coding.columns();
    this.lost = lost;
    this.sources = StripSet.of(Arrays.copyOf(available, k));
    this.witnessIsSpare = available.length > k;
    this.witness = witnessIsSpare ? available[k] : available[0];
    this.rebuild = Transform.of(kernel, Matrix.decoding(coding, sources.toArray(), lost.toArray()));
    this.rebuildOrder = concat(sources.toArray(), lost.toArray());
    this.proofs = proofs(kernel, coding);
  }

  /** One proof, or several where more strips were rebuilt than one proof can hold. */
  private List<Proof> proofs(Kernel kernel, Matrix coding) {
    int k = coding.columns();
    int[] scratch = {coding.columns() + coding.rows()};
    List<Proof> made = new ArrayList<>();
    for (int from = 0; from < lost.size(); from += k) {
      int[] rebuilt = Arrays.copyOfRange(lost.toArray(), from, Math.min(from + k, lost.size()));
      int[] known = Arrays.copyOfRange(sources.toArray(), rebuilt.length, k);
      int[] columns = concat(rebuilt, known);
      Matrix matrix = Matrix.decoding(coding, columns, new int[] {witness});
      made.add(new Proof(Transform.of(kernel, matrix), concat(columns, scratch)));
    }
    return List.copyOf(made);
  }

  private static int[] concat(int[] first, int[] second) {
    return IntStream.concat(Arrays.stream(first), Arrays.stream(second)).toArray();
  }

  /** Whether this is the way for these losses with the strips that are there. */
  boolean fits(ByteBuffer[] strips, StripSet wanted) {
    if (!lost.equals(wanted) || strips[witness] == null) {
      return false;
    }
    for (int i = 0; i < sources.size(); i++) {
      if (strips[sources.at(i)] == null) {
        return false;
      }
    }
    return witnessIsSpare || !hasSpare(strips);
  }

  private boolean hasSpare(ByteBuffer[] strips) {
    int there = 0;
    for (ByteBuffer strip : strips) {
      there += strip == null ? 0 : 1;
    }
    return there > sources.size() + lost.size();
  }

  void run(ByteBuffer[] strips, int offset, int length) {
    rebuild.apply(strips, rebuildOrder, offset, length);
  }

  /** Computes the witness into the scratch buffer and compares. */
  void prove(ByteBuffer[] strips, int offset, int length, ByteBuffer scratch) {
    ByteBuffer[] withScratch = Arrays.copyOf(strips, strips.length + 1);
    withScratch[strips.length] = scratch;
    ByteBuffer known = strips[witness].slice(offset, length);
    for (Proof proof : proofs) {
      proof.transform.apply(withScratch, proof.order, offset, length);
      int difference = scratch.slice(offset, length).mismatch(known);
      if (difference >= 0) {
        throw new ReconstructionMismatchException(lost, sources, witness, offset + difference);
      }
    }
  }
}
