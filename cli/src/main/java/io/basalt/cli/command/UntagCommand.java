package io.basalt.cli.command;

import io.basalt.storage.commit.Tags;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "untag", description = "Remove a tag; the retention decides over its root again.")
public final class UntagCommand extends StoreCommand {
  @Parameters(paramLabel = "NAME", description = "a tag; see roots")
  private String name;

  @Override
  public Integer call() throws Exception {
    TagCommand.checked(name);
    try (StoreCommits store = StoreCommits.open(config())) {
      store.commit(Tags.untag(name));
    }
    out().println("removed tag " + name);
    return 0;
  }
}
