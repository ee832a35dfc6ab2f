package io.basalt.cli.supervisor;

import java.io.IOException;
import java.nio.file.Files;

/**
 * Whether ingest should run on the local cluster, as the person last said; {@code up} runs it
 * unless it was stopped.
 */
public record IngestWish(boolean run, boolean acceptLoss) {
  public static IngestWish read(StoreDirectory directory) {
    return Json.read(directory.wish(), IngestWish.class).orElse(new IngestWish(true, false));
  }

  public void write(StoreDirectory directory) throws IOException {
    Files.createDirectories(directory.root());
    Json.write(directory.wish(), this);
  }
}
