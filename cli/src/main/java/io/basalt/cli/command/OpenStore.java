package io.basalt.cli.command;

import io.basalt.storage.commit.ArbiterException;
import io.basalt.storage.commit.Moment;
import io.basalt.storage.commit.RootFiles;
import io.basalt.storage.commit.Snapshot;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.read.StoreReader;
import io.basalt.storage.root.Root;
import java.io.IOException;
import java.util.stream.Stream;

/** A store's drives and one of its roots, opened for reading; needs neither Kafka nor Flink. */
final class OpenStore implements AutoCloseable {
  private final DriveSet drives;
  private final RootFiles roots;
  private final Root head;
  private final StoreReader reader;

  private OpenStore(DriveSet drives, RootFiles roots, Root head, StoreReader reader) {
    this.drives = drives;
    this.roots = roots;
    this.head = head;
    this.reader = reader;
  }

  /** The head. */
  static OpenStore head(StoreConfig config) throws IOException, ArbiterException {
    return open(config, Moment.HEAD);
  }

  static OpenStore open(StoreConfig config, Moment moment) throws IOException, ArbiterException {
    DriveSet drives = DriveSet.open(config);
    try {
      RootFiles roots = new RootFiles(drives, config.rootCopies());
      Snapshot snapshot = roots.open(moment);
      return new OpenStore(drives, roots, snapshot.head(), StoreReader.open(drives, snapshot));
    } catch (IOException | ArbiterException | RuntimeException e) {
      drives.close();
      throw e;
    }
  }

  DriveSet drives() {
    return drives;
  }

  RootFiles roots() {
    return roots;
  }

  Root headRoot() {
    return head;
  }

  StoreReader reader() {
    return reader;
  }

  /** Numbers and times of the roots that can be opened, ascending. */
  Stream<Root.KeptRoot> openable() {
    return Stream.concat(
        head.kept().stream(), Stream.of(new Root.KeptRoot(head.number(), head.at())));
  }

  @Override
  public void close() throws IOException {
    try (drives) {
      reader.close();
    }
  }
}
