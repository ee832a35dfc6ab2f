package io.basalt.cli.command;

import io.basalt.cli.Failure;
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

/**
 * What the demo does to a store: it takes away one fast drive and as many capacity drives as a
 * stripe has parity strips, and flips a bit in a strip of a stripe that can lose one more. Closing
 * it puts all back.
 */
final class DemoDamage implements AutoCloseable {
  /** Behind a strip's header, in its first block. */
  private static final long IN_FIRST_BLOCK = 4096 + 1000;

  private final List<DriveConfig> removed;
  private final Path strip;
  private final String what;

  private DemoDamage(List<DriveConfig> removed, Path strip, String what) {
    this.removed = removed;
    this.strip = strip;
    this.what = what;
  }

  static DemoDamage inflict(StoreConfig config, List<Stripe> stripes) throws IOException {
    List<DriveConfig> scm = drives(config, Tier.SCM);
    List<DriveConfig> capacity = drives(config, Tier.CAPACITY);
    int parity = config.erasure().parityStrips().orElse(2);
    for (Stripe stripe : stripes) {
      // With one drive gone that it does not use, the stripe can lose a strip more.
      List<DriveConfig> others =
          capacity.stream().filter(drive -> !stripe.drives().contains(drive.id())).toList();
      List<DriveConfig> own =
          capacity.stream().filter(drive -> stripe.drives().contains(drive.id())).toList();
      if (!others.isEmpty()) {
        List<DriveConfig> gone = new ArrayList<>(List.of(scm.get(0), others.get(0)));
        gone.addAll(own.subList(0, parity - 1));
        return inflict(gone, own, stripe);
      }
    }
    throw new Failure("no stripe of %d leaves a capacity drive unused".formatted(stripes.size()));
  }

  private static DemoDamage inflict(List<DriveConfig> gone, List<DriveConfig> own, Stripe stripe)
      throws IOException {
    for (int index = 0; index < stripe.dataStrips(); index++) {
      String id = stripe.drives().get(index);
      if (gone.stream().noneMatch(drive -> drive.id().equals(id))) {
        DriveConfig drive =
            own.stream().filter(each -> each.id().equals(id)).findFirst().orElseThrow();
        Path strip = drive.path().resolve(stripe.fileName(index));
        String names = String.join(", ", gone.stream().map(DriveConfig::id).toList());
        DemoDamage damage =
            new DemoDamage(gone, strip, "%s gone, one strip corrupt on %s".formatted(names, id));
        damage.flipBit();
        for (DriveConfig each : gone) {
          Files.move(each.path(), away(each));
        }
        return damage;
      }
    }
    throw new IllegalStateException("a stripe with fewer data strips than parity: " + stripe);
  }

  private static List<DriveConfig> drives(StoreConfig config, Tier tier) {
    return config.drives().stream().filter(drive -> drive.tier() == tier).toList();
  }

  private static Path away(DriveConfig drive) {
    return drive.path().resolveSibling(drive.path().getFileName() + ".removed");
  }

  private void flipBit() throws IOException {
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
      if (Files.exists(drive.path())) {
        DemoCommand.deleteTree(drive.path());
      }
      Files.move(away(drive), drive.path());
    }
    flipBit();
  }
}
