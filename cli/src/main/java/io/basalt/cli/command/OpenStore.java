package io.basalt.cli.command;

import io.basalt.cli.Failure;
import io.basalt.storage.commit.ArbiterException;
import io.basalt.storage.commit.RootFiles;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.read.StoreReader;
import io.basalt.storage.root.Root;
import java.io.IOException;
import java.time.Instant;
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
    return open(config, null, null);
  }

  /** A kept root by its number or as of a time, or the head where both are null. */
  static OpenStore open(StoreConfig config, Long number, Instant asOf)
      throws IOException, ArbiterException {
    DriveSet drives = DriveSet.open(config);
    try {
      RootFiles roots = new RootFiles(drives, config.rootCopies());
      Root head = roots.head();
      Root wanted = head;
      if (number != null) {
        wanted = kept(roots, head, number);
      } else if (asOf != null) {
        wanted = kept(roots, head, numberAt(head, asOf));
      }
      StoreReader reader =
          wanted == head ? StoreReader.open(drives) : StoreReader.open(drives, wanted);
      return new OpenStore(drives, roots, head, reader);
    } catch (IOException | ArbiterException | RuntimeException e) {
      drives.close();
      throw e;
    }
  }

  private static Root kept(RootFiles roots, Root head, long number) throws IOException {
    return roots
        .snapshot(head, number)
        .orElseThrow(
            () ->
                new Failure("root " + number + " is not kept; basalt roots lists those that are"));
  }

  private static long numberAt(Root head, Instant asOf) {
    if (head.at() <= asOf.toEpochMilli()) {
      return head.number();
    }
    return head.kept().stream()
        .filter(kept -> kept.at() <= asOf.toEpochMilli())
        .mapToLong(Root.KeptRoot::number)
        .max()
        .orElseThrow(
            () -> new Failure("no root is kept from " + asOf + " or before; see basalt roots"));
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
