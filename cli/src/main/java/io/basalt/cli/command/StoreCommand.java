package io.basalt.cli.command;

import io.basalt.cli.Basalt;
import io.basalt.cli.supervisor.LocalCluster;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.config.StoreConfigLoader;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** What every command on a store has: the store's configuration, and where to print. */
abstract class StoreCommand implements Callable<Integer> {
  @ParentCommand private Basalt basalt;
  @Spec private CommandSpec spec;

  final Path configFile() {
    return basalt.config();
  }

  final StoreConfig config() {
    return StoreConfigLoader.load(configFile());
  }

  final LocalCluster cluster() {
    return new LocalCluster(configFile());
  }

  final CommandSpec spec() {
    return spec;
  }

  final PrintWriter out() {
    return spec.commandLine().getOut();
  }

  final PrintWriter err() {
    return spec.commandLine().getErr();
  }
}
