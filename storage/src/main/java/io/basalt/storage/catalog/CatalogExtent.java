package io.basalt.storage.catalog;

import io.basalt.storage.tree.Extent;

/** An extent of a file and where its bytes stand. */
public record CatalogExtent(String path, Extent extent, ExtentPlace place) {
  /** First byte of the extent in its segment. */
  public long segmentOffset() {
    return extent.shard().position() + extent.skip();
  }
}
