package io.basalt.cli.command;

import io.basalt.cli.show.Bytes;
import io.basalt.cli.show.JsonText;
import io.basalt.cli.show.Table;
import io.basalt.storage.commit.FileClass;
import io.basalt.storage.commit.Sweeper;
import io.basalt.storage.compact.Sweeps;
import io.basalt.storage.config.StoreConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "orphans",
    description = "List files on drives that nothing refers to and nothing ever will.")
public final class OrphansCommand extends StoreCommand {
  @Mixin private JsonOption format;

  @Option(names = "--delete", description = "delete them; nothing else is ever deleted")
  private boolean delete;

  /** How many files of a class there are, every copy counted. */
  record Count(long files, long bytes) {
    Count with(long length) {
      return new Count(files + 1, bytes + length);
    }
  }

  record Orphan(String drive, String file, long bytes) {}

  /**
   * The answer.
   *
   * @param root the one that tells what a file is
   * @param classes live, pending, orphan and foreign files
   * @param orphans by drive and name
   * @param deleted whether they are gone by now
   */
  record Answer(long root, Map<String, Count> classes, List<Orphan> orphans, boolean deleted) {}

  @Override
  public Integer call() throws Exception {
    StoreConfig config = config();
    Answer answer;
    try (OpenStore store = OpenStore.head(config)) {
      Sweeper sweeper = Sweeps.of(store.drives(), config.rootCopies());
      List<Sweeper.Found> found = sweeper.files(store.headRoot());
      List<Sweeper.Found> orphans =
          found.stream().filter(file -> file.kind() == FileClass.ORPHAN).toList();
      if (delete) {
        sweeper.delete(orphans);
      }
      answer =
          new Answer(
              store.headRoot().number(),
              count(found),
              orphans.stream().map(OrphansCommand::orphan).toList(),
              delete);
    }
    if (format.json) {
      out().println(JsonText.of(answer));
    } else {
      print(answer);
    }
    return 0;
  }

  private static Map<String, Count> count(List<Sweeper.Found> found) {
    Map<String, Count> counts = new LinkedHashMap<>();
    for (FileClass kind : FileClass.values()) {
      counts.put(name(kind), new Count(0, 0));
    }
    for (Sweeper.Found file : found) {
      counts.computeIfPresent(name(file.kind()), (any, count) -> count.with(file.file().length()));
    }
    return counts;
  }

  private static String name(FileClass kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  private static Orphan orphan(Sweeper.Found found) {
    return new Orphan(found.drive().id(), found.file().name(), found.file().length());
  }

  private void print(Answer answer) {
    if (!answer.orphans().isEmpty()) {
      Table table = new Table("DRIVE", "SIZE", "FILE");
      answer.orphans().forEach(o -> table.row(o.drive(), Bytes.of(o.bytes()), o.file()));
      out().println(table);
    }
    answer
        .classes()
        .forEach(
            (name, count) ->
                out().printf("%s: %d files, %s%n", name, count.files(), Bytes.of(count.bytes())));
    if (answer.deleted()) {
      out().printf("deleted %d orphans%n", answer.orphans().size());
    }
  }
}
