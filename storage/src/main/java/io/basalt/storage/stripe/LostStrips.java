package io.basalt.storage.stripe;

import io.basalt.storage.root.Stripe;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The strips of a stripe that cannot serve a read, and why. */
final class LostStrips {
  private final Stripe stripe;
  private final Map<Integer, String> reasons = new TreeMap<>();

  LostStrips(Stripe stripe) {
    this.stripe = stripe;
  }

  void add(int strip, String why) {
    reasons.putIfAbsent(strip, why);
  }

  boolean contains(int strip) {
    return reasons.containsKey(strip);
  }

  /** Those that hold data, ascending. */
  int[] ofData() {
    return reasons.keySet().stream()
        .mapToInt(strip -> strip)
        .filter(strip -> strip < stripe.dataStrips())
        .toArray();
  }

  /**
   * The first {@code k} strips that are left, ascending; without a data strip at least one of them
   * is parity.
   *
   * @throws IOException if fewer are left; names the stripe, and the drives that would help
   */
  int[] sources() throws IOException {
    int[] sources = new int[stripe.dataStrips()];
    int found = 0;
    for (int strip = 0; strip < stripe.strips() && found < sources.length; strip++) {
      if (!contains(strip)) {
        sources[found++] = strip;
      }
    }
    if (found < sources.length) {
      throw new IOException(
          "stripe %s is unreadable here: %d of its %d+%d strips are lost (%s); bring back one of these drives"
              .formatted(
                  stripe.id(),
                  reasons.size(),
                  stripe.dataStrips(),
                  stripe.parityStrips(),
                  reasons.entrySet().stream()
                      .map(lost -> name(lost.getKey()) + ": " + lost.getValue())
                      .collect(Collectors.joining("; "))));
    }
    return sources;
  }

  private String name(int strip) {
    return "strip %d on drive %s".formatted(strip, stripe.drives().get(strip));
  }
}
