package io.basalt.storage.commit;

import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.RootCodec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Makes the first root of a store on labelled, empty drives. */
public final class StoreInitializer {
  private StoreInitializer() {}

  /**
   * Declares root 1. Repeating it after a stop completes what is there.
   *
   * @throws IOException if the store has gone beyond root 1, or fewer than two enclosures took it
   */
  public static Root create(DriveSet drives, StoreConfig config, Clock clock)
      throws IOException, ArbiterException {
    RootFiles files = new RootFiles(drives, config.rootCopies());
    Optional<RootFiles.Stored> newest = files.newest();
    if (newest.isPresent()) {
      Root root = newest.get().root();
      if (root.number() > 1) {
        throw new IOException(
            "the drives hold store %s at root %d: choose an empty directory"
                .formatted(root.store(), root.number()));
      }
      files.place(root, newest.get().bytes(), Set.of());
      return root;
    }
    Root root = first(drives, config, clock);
    files.place(root, RootCodec.encode(root), Set.of());
    return root;
  }

  private static Root first(DriveSet drives, StoreConfig config, Clock clock) {
    Attempt attempt = new Attempt(0, "%016x".formatted(nonce(drives.storeId())));
    return Root.first(
        drives.storeId(),
        config.store(),
        attempt + "-0",
        attempt.toString(),
        clock.millis(),
        drives.infos());
  }

  /** As unique as the store's id, so that no other store's root 1 has the same body id. */
  private static long nonce(String storeId) {
    return UUID.nameUUIDFromBytes(storeId.getBytes(StandardCharsets.UTF_8))
        .getLeastSignificantBits();
  }
}
