package io.basalt.cli.command;

import picocli.CommandLine.Command;

@Command(name = "down", description = "Stop what up started; the store stays as it is.")
public final class DownCommand extends StoreCommand {
  @Override
  public Integer call() throws Exception {
    out().println(cluster().down() ? "down" : "nothing was up");
    return 0;
  }
}
