package io.basalt.storage.stripe;

import io.basalt.erasure.ErasureCode;
import io.basalt.erasure.Geometry;
import io.basalt.storage.root.Stripe;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The codes of the stripes met so far; stripes of several geometries live side by side. */
final class Codes {
  private final Map<Geometry, ErasureCode> codes = new ConcurrentHashMap<>();

  ErasureCode of(Stripe stripe) {
    return codes.computeIfAbsent(
        new Geometry(stripe.dataStrips(), stripe.parityStrips()), ErasureCode::open);
  }
}
