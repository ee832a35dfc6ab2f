package io.basalt.storage.migrate;

import io.basalt.storage.config.StoreConfig.Erasure;
import io.basalt.storage.drive.Placement;
import io.basalt.storage.drive.Placement.Candidate;
import io.basalt.storage.root.Stripe;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * How wide a stripe is, and the drives that it stands on. Pure.
 *
 * @param drives of the data strips in order, then of the parity strips
 */
public record StripeShape(int dataStrips, int parityStrips, long stripBytes, List<String> drives) {
  private static final int WIDEST_DATA = 146;

  /** A strip's header and directory, and its checksums and perhaps those of all data strips. */
  private static final long HEADER_BYTES = 64 << 10;

  private static final long CHECKSUM_BYTES = 4;

  public StripeShape {
    drives = List.copyOf(drives);
  }

  /**
   * A code as the configuration asks for it.
   *
   * @param widestData strips of user bytes with all drives at hand
   * @param parity strips of parity; a stripe with fewer would not keep the promise
   */
  public record Code(int widestData, int parity) {
    /** {@code auto} follows the number of drives that the store has, whether they answer or not. */
    public static Code of(Erasure erasure, int capacityDrives) {
      int parity = erasure.parityFor(capacityDrives);
      int data =
          erasure.dataStrips().orElse(Math.min(WIDEST_DATA, Math.max(1, capacityDrives - parity)));
      return new Code(data, parity);
    }

    @Override
    public String toString() {
      return widestData + "+" + parity;
    }
  }

  /**
   * The widest stripe for these bytes that the drives have room for.
   *
   * @param candidates capacity drives that answer, and the bytes that strips may take there
   */
  public static Optional<StripeShape> choose(
      Code code, List<Candidate> candidates, long dataBytes, RandomGenerator random) {
    int widest = Math.min(code.widestData(), candidates.size() - code.parity());
    for (int data = widest; data >= 1; data--) {
      long strip = stripBytes(dataBytes, data);
      Optional<List<String>> drives =
          Placement.strips(candidates, fileBytes(strip, data), data + code.parity(), random);
      if (drives.isPresent()) {
        return Optional.of(new StripeShape(data, code.parity(), strip, drives.get()));
      }
    }
    return Optional.empty();
  }

  /** The same drives with strips of no more bytes than fewer data need. */
  StripeShape holding(long dataBytes) {
    return new StripeShape(dataStrips, parityStrips, stripBytes(dataBytes, dataStrips), drives);
  }

  private static long stripBytes(long dataBytes, int dataStrips) {
    long block = (long) dataStrips * Stripe.BLOCK_BYTES;
    return Math.max(1, (dataBytes + block - 1) / block) * Stripe.BLOCK_BYTES;
  }

  /** At least what the file of a strip takes. */
  private static long fileBytes(long stripBytes, int dataStrips) {
    long checksums = stripBytes / Stripe.BLOCK_BYTES * CHECKSUM_BYTES * (1 + dataStrips);
    return stripBytes + checksums + HEADER_BYTES;
  }

  long fileBytes() {
    return fileBytes(stripBytes, dataStrips);
  }

  public int strips() {
    return dataStrips + parityStrips;
  }

  public Stripe stripe(String id) {
    return new Stripe(id, dataStrips, parityStrips, stripBytes, drives);
  }
}
