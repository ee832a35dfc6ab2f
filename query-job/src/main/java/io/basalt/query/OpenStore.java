package io.basalt.query;

import io.basalt.flink.StoreHandle;
import io.basalt.flink.TaskManagerName;
import io.basalt.storage.commit.ArbiterException;
import io.basalt.storage.commit.Moment;
import io.basalt.storage.config.ConfigException;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.read.StoreReader;
import io.basalt.storage.root.Root;
import java.io.IOException;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.runtime.execution.SuppressRestartsException;

/** A task's view of the store at the root that the query reads. */
final class OpenStore implements AutoCloseable {
  private final StoreHandle handle;
  private final StoreReader reader;

  private OpenStore(StoreHandle handle, StoreReader reader) {
    this.handle = handle;
    this.reader = reader;
  }

  /** Fails for good where another try of the task cannot help. */
  static OpenStore open(QueryRequest request, RuntimeContext context) throws IOException {
    StoreHandle handle = null;
    try {
      request.export().check(TaskManagerName.of(context));
      handle = StoreHandle.open(request.options().configFile());
      Root root = handle.root(new Moment.Numbered(request.root()));
      return new OpenStore(handle, StoreReader.open(handle.drives(), root));
    } catch (ConfigException | ArbiterException | IOException e) {
      if (handle != null) {
        handle.close();
      }
      throw new SuppressRestartsException(e);
    }
  }

  DriveSet drives() {
    return handle.drives();
  }

  StoreReader reader() {
    return reader;
  }

  @Override
  public void close() throws IOException {
    try (handle) {
      reader.close();
    }
  }
}
