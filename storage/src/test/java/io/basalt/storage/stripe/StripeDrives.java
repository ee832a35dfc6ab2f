package io.basalt.storage.stripe;

import io.basalt.storage.config.StoreConfig.DriveConfig;
import io.basalt.storage.config.Tier;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.drive.FileDrive;
import io.basalt.storage.drive.TestDrives;
import io.basalt.storage.root.Stripe;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/** Capacity drives in folders, and ways to damage what stands on them. */
final class StripeDrives {
  private static final String STORE = "test";

  private final Path folder;
  private final List<DriveConfig> configs = new ArrayList<>();

  StripeDrives(Path folder, int drives) {
    this.folder = folder;
    for (int i = 0; i < drives; i++) {
      DriveConfig config =
          new DriveConfig(
              "capacity-" + i,
              Tier.CAPACITY,
              folder.resolve("capacity-" + i),
              "enclosure-" + i,
              1L << 30);
      TestDrives.labelled(config);
      configs.add(config);
    }
  }

  /** The drives as another process opens them, without those that are gone. */
  DriveSet open() {
    List<FileDrive> opened = new ArrayList<>();
    for (DriveConfig config : configs) {
      if (Files.exists(config.path())) {
        try {
          opened.add(FileDrive.open(config));
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
    return new DriveSet(STORE, opened, DriveSet.Options.DEFAULTS);
  }

  /** One drive alone. */
  FileDrive drive(int number) throws IOException {
    return FileDrive.open(configs.get(number));
  }

  /** Writes a stripe, from its own process. */
  void write(TestStripe stripe) throws IOException {
    try (DriveSet drives = open()) {
      new StripeWriter(drives, stripe.stripe().strips() * 2L * Stripe.BLOCK_BYTES)
          .write(stripe.stripe(), stripe.segments(), stripe::read);
    }
  }

  Path file(Stripe stripe, int strip) {
    return folder.resolve(stripe.drives().get(strip)).resolve(stripe.fileName(strip));
  }

  void unplug(int drive) throws IOException {
    Files.move(folder.resolve("capacity-" + drive), folder.resolve("away-" + drive));
  }

  void plugIn(int drive) throws IOException {
    Files.move(folder.resolve("away-" + drive), folder.resolve("capacity-" + drive));
  }

  /** Unplugs the drives whose bits are set. */
  void unplugAll(int drives) throws IOException {
    for (int drive = 0; drive < configs.size(); drive++) {
      if ((drives & 1 << drive) != 0) {
        unplug(drive);
      }
    }
  }

  /** Plugs in the drives whose bits are set. */
  void plugInAll(int drives) throws IOException {
    for (int drive = 0; drive < configs.size(); drive++) {
      if ((drives & 1 << drive) != 0) {
        plugIn(drive);
      }
    }
  }

  void flipBit(Stripe stripe, int strip, long position) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(file(stripe, strip).toFile(), "rw")) {
      file.seek(position);
      int old = file.read();
      file.seek(position);
      file.write(old ^ 0x40);
    }
  }

  void truncate(Stripe stripe, int strip, long length) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(file(stripe, strip).toFile(), "rw")) {
      file.setLength(length);
    }
  }

  static void swap(Path one, Path two) throws IOException {
    Path aside = one.resolveSibling("aside");
    Files.move(one, aside, StandardCopyOption.ATOMIC_MOVE);
    Files.move(two, one);
    Files.move(aside, two);
  }
}
