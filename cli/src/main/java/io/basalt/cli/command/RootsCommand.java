package io.basalt.cli.command;

import io.basalt.cli.show.JsonText;
import io.basalt.cli.show.Table;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.Root.KeptRoot;
import io.basalt.storage.root.Root.Tag;
import java.time.Instant;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "roots", description = "List the roots that can be read, and their tags.")
public final class RootsCommand extends StoreCommand {
  @Mixin private JsonOption format;

  record Answer(long root, String at, List<String> tags) {}

  @Override
  public Integer call() throws Exception {
    List<Answer> answers;
    try (OpenStore store = OpenStore.head(config())) {
      answers = store.openable().map(kept -> answer(store.headRoot(), kept)).toList();
    }
    if (format.json) {
      out().println(JsonText.of(answers));
    } else {
      Table table = new Table("ROOT", "AT", "TAGS");
      answers.forEach(
          answer -> table.row(answer.root(), answer.at(), String.join(" ", answer.tags())));
      out().println(table);
    }
    return 0;
  }

  private static Answer answer(Root head, KeptRoot kept) {
    return new Answer(
        kept.number(),
        Instant.ofEpochMilli(kept.at()).toString(),
        head.tags().stream().filter(tag -> tag.number() == kept.number()).map(Tag::name).toList());
  }
}
