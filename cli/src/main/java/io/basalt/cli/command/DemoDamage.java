package io.basalt.cli.command;

import io.basalt.cli.DirectoryTree;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.config.StoreConfig.DriveConfig;
import io.basalt.storage.config.Tier;
import io.basalt.storage.root.Stripe;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the demo does to a store: it takes away one fast drive and as many capacity drives as a
 * stripe has parity strips, and flips a bit in a strip of a stripe that can lose one more. Closing
 * it puts all back.
 */
final class DemoDamage implements AutoCloseable {
  /** Behind a strip's header, in its first block. */
  private static final long IN_FIRST_BLOCK = 4096 + 1000;

  private final List<DriveConfig> removed;
  private final Optional<Path> strip;
  private final String what;

  private DemoDamage(List<DriveConfig> removed, Optional<Path> strip, String what) {
    this.removed = removed;
    this.strip = strip;
    this.what = what;
  }

  static DemoDamage inflict(StoreConfig config, List<Stripe> stripes) throws IOException {
    DriveConfig fast = drives(config, Tier.SCM).get(0);
    Optional<Stripe> stripe =
        stripes.stream().filter(each -> !others(config, each).isEmpty()).findFirst();
    return stripe.isPresent() ? inflict(config, fast, stripe.get()) : removing(List.of(fast));
  }

  /** Capacity drives that a stripe does not use. */
  private static List<DriveConfig> others(StoreConfig config, Stripe stripe) {
    return drives(config, Tier.CAPACITY).stream()
        .filter(drive -> !stripe.drives().contains(drive.id()))
        .toList();
  }

  /** With one drive gone that it does not use, a stripe can lose a strip more. */
  private static DemoDamage inflict(StoreConfig config, DriveConfig fast, Stripe stripe)
      throws IOException {
    List<DriveConfig> others = others(config, stripe);
    List<DriveConfig> own = new ArrayList<>(drives(config, Tier.CAPACITY));
    own.removeAll(others);
    List<DriveConfig> gone = new ArrayList<>(List.of(fast, others.get(0)));
    gone.addAll(own.subList(0, config.erasure().parityStrips().orElse(2) - 1));
    for (int index = 0; index < stripe.dataStrips(); index++) {
      String id = stripe.drives().get(index);
      if (gone.stream().noneMatch(drive -> drive.id().equals(id))) {
        DriveConfig drive =
            own.stream().filter(each -> each.id().equals(id)).findFirst().orElseThrow();
        Path strip = drive.path().resolve(stripe.fileName(index));
        flipBit(strip);
        remove(gone);
        return new DemoDamage(
            gone, Optional.of(strip), "%s gone, one strip corrupt on %s".formatted(ids(gone), id));
      }
    }
    throw new IllegalStateException("a stripe with fewer data strips than parity: " + stripe);
  }

  /** So little was stored that nothing had to migrate, and no stripe can lose anything. */
  private static DemoDamage removing(List<DriveConfig> gone) throws IOException {
    remove(gone);
    return new DemoDamage(
        gone, Optional.empty(), ids(gone) + " gone; too little was stored for a stripe");
  }

  private static void remove(List<DriveConfig> gone) throws IOException {
    for (DriveConfig each : gone) {
      Files.move(each.path(), away(each));
    }
  }

  private static String ids(List<DriveConfig> drives) {
    return String.join(", ", drives.stream().map(DriveConfig::id).toList());
  }

  private static List<DriveConfig> drives(StoreConfig config, Tier tier) {
    return config.drives().stream().filter(drive -> drive.tier() == tier).toList();
  }

  private static Path away(DriveConfig drive) {
    return drive.path().resolveSibling(drive.path().getFileName() + ".removed");
  }

  private static void flipBit(Path strip) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(strip.toFile(), "rw")) {
      file.seek(IN_FIRST_BLOCK);
      int value = file.read();
      file.seek(IN_FIRST_BLOCK);
      file.write(value ^ 1);
    }
  }

  /** "scm-0, capacity-6, capacity-0 gone, one strip corrupt on capacity-1". */
  @Override
  public String toString() {
    return what;
  }

  @Override
  public void close() throws IOException {
    for (DriveConfig drive : removed) {
      // What the running store made at the drive's place meanwhile is none of the drive's.
      DirectoryTree.delete(drive.path());
      Files.move(away(drive), drive.path());
    }
    if (strip.isPresent()) {
      flipBit(strip.get());
    }
  }
}
