package io.basalt.cli.command;

import io.basalt.cli.show.JsonText;
import io.basalt.cli.show.Table;
import java.time.Instant;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "roots", description = "List the roots that can be read: the head and the kept.")
public final class RootsCommand extends StoreCommand {
  @Mixin private JsonOption format;

  record Answer(long root, String at) {}

  @Override
  public Integer call() throws Exception {
    List<Answer> answers;
    try (OpenStore store = OpenStore.head(config())) {
      answers =
          store
              .openable()
              .map(kept -> new Answer(kept.number(), Instant.ofEpochMilli(kept.at()).toString()))
              .toList();
    }
    if (format.json) {
      out().println(JsonText.of(answers));
    } else {
      Table table = new Table("ROOT", "AT");
      answers.forEach(answer -> table.row(answer.root(), answer.at()));
      out().println(table);
    }
    return 0;
  }
}
