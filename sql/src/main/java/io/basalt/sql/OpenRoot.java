package io.basalt.sql;

import io.basalt.flink.StoreHandle;
import io.basalt.storage.catalog.ExtentPlace;
import io.basalt.storage.catalog.ExtentPlaces;
import io.basalt.storage.commit.ArbiterException;
import io.basalt.storage.commit.Moment;
import io.basalt.storage.config.ConfigException;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.read.StoreReader;
import io.basalt.storage.root.Root;
import io.basalt.storage.tree.Extent;
import io.basalt.storage.tree.FileState;
import io.basalt.storage.tree.ListedFile;
import io.basalt.storage.tree.PathRange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Iterator;
import org.apache.flink.runtime.execution.SuppressRestartsException;

/** One root of a store, open in a task. */
final class OpenRoot implements AutoCloseable {
  private final StoreHandle store;
  private final Root root;
  private final StoreReader reader;
  private final ExtentPlaces places;

  private OpenRoot(StoreHandle store, Root root, StoreReader reader, ExtentPlaces places) {
    this.store = store;
    this.root = root;
    this.reader = reader;
    this.places = places;
  }

  /**
   * Opens the root of this number, or the head if it is 0. Fails for good where another try of the
   * task cannot help.
   */
  static OpenRoot open(String config, long number) throws IOException {
    StoreHandle store = null;
    try {
      store = StoreHandle.open(Path.of(config));
      Root root = store.root(Moment.number(number));
      StoreReader reader = StoreReader.open(store.drives(), root);
      ExtentPlaces places =
          ExtentPlaces.load(new MirroredFiles(store.drives()), store.root(Moment.HEAD));
      return new OpenRoot(store, root, reader, places);
    } catch (ConfigException | ArbiterException | IOException e) {
      if (store != null) {
        store.close();
      }
      throw new SuppressRestartsException(e);
    }
  }

  long number() {
    return root.number();
  }

  Iterator<FileState> files(PathRange paths) throws IOException {
    return reader.files(paths);
  }

  Iterator<ListedFile> listed(PathRange paths) throws IOException {
    return reader.listed(paths);
  }

  ExtentPlace place(Extent extent) {
    try {
      return places.of(extent);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    try (store) {
      reader.close();
    }
  }
}
