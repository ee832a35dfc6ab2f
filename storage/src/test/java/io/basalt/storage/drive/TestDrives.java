package io.basalt.storage.drive;

import io.basalt.storage.config.StoreConfig.DriveConfig;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Makes drives in directories of a test. */
public final class TestDrives {
  private TestDrives() {}

  /** Labels the directory for store {@code test} and opens it. */
  public static FileDrive labelled(DriveConfig config) {
    try {
      LabelFile.write(DriveLabel.fresh("test", config.id()), config.path());
      return FileDrive.open(config);
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
  }
}
