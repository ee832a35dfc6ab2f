package io.basalt.cli.command;

import io.basalt.cli.Failure;
import io.basalt.cli.show.JsonText;
import io.basalt.storage.commit.Tags;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(name = "tag", description = "Name a root, which then stays until the tag is removed.")
public final class TagCommand extends StoreCommand {
  @Mixin private JsonOption format;
  @Mixin private MomentOptions moment;

  @Parameters(paramLabel = "NAME", description = "a letter, then letters, digits, '.', '_', '-'")
  private String name;

  record Answer(String tag, long root) {}

  @Override
  public Integer call() throws Exception {
    checked(name);
    long root;
    try (StoreCommits store = StoreCommits.open(config())) {
      root = moment.moment().in(store.head());
      store.commit(Tags.tag(name, root));
    }
    out()
        .println(
            format.json ? JsonText.of(new Answer(name, root)) : "tag " + name + " is root " + root);
    return 0;
  }

  static void checked(String name) {
    try {
      Tags.check(name);
    } catch (IllegalArgumentException e) {
      throw new Failure(e.getMessage(), e);
    }
  }
}
