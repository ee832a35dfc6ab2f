package io.basalt.cli.command;

import io.basalt.cli.Failure;
import io.basalt.cli.show.Bytes;
import io.basalt.cli.show.Fields;
import io.basalt.cli.show.JsonText;
import io.basalt.storage.config.Tier;
import io.basalt.storage.tree.Extent;
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
  @Mixin private MomentOptions moment;

  @Parameters(paramLabel = "PATH", description = "a file in the store")
  private String path;

  /** One file; extents counts them by tier. */
  record Answer(
      String path, String type, long bytes, String modified, Map<String, Integer> extents) {}

  @Override
  public Integer call() throws Exception {
    StorePaths.file(path);
    FileState file;
    Map<String, Integer> extents = new LinkedHashMap<>();
    try (OpenStore store = OpenStore.open(config(), moment.moment())) {
      file = store.reader().stat(path).orElseThrow(() -> new Failure("there is no file " + path));
      SegmentTiers tiers = SegmentTiers.of(store);
      for (Tier tier : Tier.values()) {
        extents.put(tier.text(), 0);
      }
      for (Extent extent : file.extents()) {
        String tier = tiers.of(extent.shard().segment()).text();
        extents.merge(tier, 1, Integer::sum);
      }
    }
    Answer answer =
        new Answer(
            path, "file", file.size(), Instant.ofEpochMilli(file.modified()).toString(), extents);
    if (format.json) {
      out().println(JsonText.of(answer));
    } else {
      out()
          .println(
              new Fields()
                  .add("path", path)
                  .add("size", Bytes.of(file.size()) + " (" + file.size() + " bytes)")
                  .add("modified", answer.modified())
                  .add(
                      "extents",
                      extents.get("scm") + " on scm, " + extents.get("capacity") + " on capacity"));
    }
    return 0;
  }
}
