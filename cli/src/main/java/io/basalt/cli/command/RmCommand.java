package io.basalt.cli.command;

import io.basalt.cli.Failure;
import io.basalt.client.Acknowledged;
import io.basalt.client.BasaltClient;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.read.ListEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "rm", description = "Delete a file, or with -r all files below a directory.")
public final class RmCommand extends StoreCommand {
  @Parameters(paramLabel = "PATH", description = "a file in the store; with -r a directory")
  private String path;

  @Option(names = "-r", description = "all files below PATH, and the file PATH itself")
  private boolean recursive;

  @Mixin private TimeoutOption timeout;

  @Override
  public Integer call() throws Exception {
    if (recursive) {
      StorePaths.directory(path);
    } else {
      StorePaths.file(path);
    }
    StoreConfig config = config();
    List<String> paths = paths(config);
    try (BasaltClient client = KafkaCheck.connect(config)) {
      Acknowledgements acknowledgements = new Acknowledgements(config, err(), timeout.longest);
      List<CompletableFuture<Acknowledged>> deletes = new ArrayList<>();
      for (String name : paths) {
        deletes.add(client.delete(name));
      }
      for (CompletableFuture<Acknowledged> delete : deletes) {
        acknowledgements.await(delete);
      }
    }
    out().println("deleted " + (recursive ? paths.size() + " files below " : "") + path);
    return 0;
  }

  private List<String> paths(StoreConfig config) throws Exception {
    try (OpenStore store = OpenStore.head(config);
        Stream<ListEntry> entries = store.reader().list(path, recursive)) {
      List<ListEntry> found = entries.toList();
      if (found.isEmpty()) {
        throw new Failure("there is no file " + path);
      }
      if (!recursive
          && !(found.get(0) instanceof ListEntry.File && found.get(0).path().equals(path))) {
        throw new Failure(path + " is a directory: rm -r deletes all its files");
      }
      return recursive ? found.stream().map(ListEntry::path).toList() : List.of(path);
    }
  }
}
