package io.basalt.sql;

import io.basalt.storage.catalog.CatalogExtent;
import io.basalt.storage.catalog.ExtentPlace;
import io.basalt.storage.tree.Extent;
import io.basalt.storage.tree.FileState;
import java.util.Collections;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Function;

/** The extents of files, one after the other. */
final class FileExtents implements Iterator<CatalogExtent> {
  private final Iterator<FileState> files;
  private final Function<Extent, ExtentPlace> places;
  private Iterator<Extent> extents = Collections.emptyIterator();
  private String path;

  FileExtents(Iterator<FileState> files, Function<Extent, ExtentPlace> places) {
    this.files = files;
    this.places = places;
  }

  @Override
  public boolean hasNext() {
    while (!extents.hasNext() && files.hasNext()) {
      FileState file = files.next();
      path = file.path();
      extents = file.extents().iterator();
    }
    return extents.hasNext();
  }

  @Override
  public CatalogExtent next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    Extent extent = extents.next();
    return new CatalogExtent(path, extent, places.apply(extent));
  }
}
