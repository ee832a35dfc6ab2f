package io.basalt.cli.command;

import io.basalt.cli.Failure;
import io.basalt.cli.show.Bytes;
import io.basalt.cli.show.JsonText;
import io.basalt.cli.show.Table;
import io.basalt.storage.tree.FileState;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(name = "stat", description = "Show a file: size, time, and where its bytes are.")
public final class StatCommand extends StoreCommand {
  @Mixin private JsonOption format;

  @Parameters(paramLabel = "PATH", description = "a file in the store")
  private String path;

  /** One file; extents counts them by tier. */
  record Answer(
      String path, String type, long bytes, String modified, Map<String, Integer> extents) {}

  @Override
  public Integer call() throws Exception {
    FileState file;
    try (OpenStore store = OpenStore.head(config())) {
      file = store.reader().stat(path).orElseThrow(() -> new Failure("there is no file " + path));
    }
    Map<String, Integer> extents = new LinkedHashMap<>();
    // Every segment stands on two SCM drives until there is a job that moves it.
    extents.put("scm", file.extents().size());
    extents.put("capacity", 0);
    Answer answer =
        new Answer(
            path, "file", file.size(), Instant.ofEpochMilli(file.modified()).toString(), extents);
    if (format.json) {
      out().println(JsonText.of(answer));
    } else {
      out()
          .println(
              new Table("path", path)
                  .row("size", Bytes.of(file.size()) + " (" + file.size() + " bytes)")
                  .row("modified", answer.modified())
                  .row("extents", extents.get("scm") + " on scm, 0 on capacity"));
    }
    return 0;
  }
}
