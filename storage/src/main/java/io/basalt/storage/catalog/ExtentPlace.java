package io.basalt.storage.catalog;

import io.basalt.storage.config.Tier;
import java.util.List;
import java.util.Optional;

/**
 * Where the bytes of an extent stand.
 *
 * @param stripe on the capacity tier
 * @param drives that hold these very bytes: both mirrors, or those of the data strips, in order
 */
public record ExtentPlace(Tier tier, Optional<String> stripe, List<String> drives) {
  public ExtentPlace {
    drives = List.copyOf(drives);
  }
}
