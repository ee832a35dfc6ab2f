package io.basalt.query;

import io.basalt.flink.StoreHandle;
import io.basalt.storage.commit.ArbiterException;
import io.basalt.storage.commit.RootFiles;
import io.basalt.storage.root.Root;
import java.io.IOException;

/** Finds the root that a query reads. */
final class Roots {
  private Roots() {}

  /** The root of this number, or the head if it is 0. */
  static Root find(StoreHandle store, long number) throws IOException {
    RootFiles files = new RootFiles(store.drives(), store.config().rootCopies());
    try {
      Root head = files.head();
      if (number == 0) {
        return head;
      }
      return files
          .snapshot(head, number)
          .orElseThrow(
              () ->
                  new IOException(
                      "root %d is not kept: see basalt roots for those that are"
                          .formatted(number)));
    } catch (ArbiterException e) {
      throw new IOException(e.getMessage(), e);
    }
  }
}
