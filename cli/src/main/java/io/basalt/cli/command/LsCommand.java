package io.basalt.cli.command;

import io.basalt.cli.Failure;
import io.basalt.cli.show.Bytes;
import io.basalt.cli.show.JsonText;
import io.basalt.cli.show.Table;
import io.basalt.storage.read.ListEntry;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "ls", description = "List a file, or what is below a directory.")
public final class LsCommand extends StoreCommand {
  @Mixin private JsonOption format;
  @Mixin private MomentOptions moment;

  @Parameters(arity = "0..1", paramLabel = "PATH", defaultValue = "/", description = "/ without it")
  private String path;

  @Option(names = "-l", description = "with sizes and times")
  private boolean detailed;

  @Option(names = "-R", description = "all files below, not only the children")
  private boolean recursive;

  /** One entry; type is file or directory, and a directory has neither bytes nor a time. */
  record Answer(String path, String type, Long bytes, String modified) {
    static Answer of(ListEntry entry) {
      if (entry instanceof ListEntry.File file) {
        return new Answer(
            file.path(),
            "file",
            file.file().size(),
            Instant.ofEpochMilli(file.file().modified()).toString());
      }
      return new Answer(entry.path(), "directory", null, null);
    }
  }

  @Override
  public Integer call() throws Exception {
    StorePaths.directory(path);
    List<Answer> answers;
    try (OpenStore store = OpenStore.open(config(), moment.moment());
        Stream<ListEntry> entries = store.reader().list(path, recursive)) {
      answers = entries.map(Answer::of).toList();
    }
    if (answers.isEmpty() && !path.equals("/")) {
      throw new Failure("there is no file or directory " + path);
    }
    if (format.json) {
      out().println(JsonText.of(answers));
    } else if (detailed) {
      details(answers);
    } else {
      answers.forEach(answer -> out().println(name(answer)));
    }
    return 0;
  }

  private void details(List<Answer> answers) {
    Table table = new Table("SIZE", "MODIFIED", "PATH");
    for (Answer answer : answers) {
      boolean file = answer.bytes() != null;
      table.row(
          file ? Bytes.of(answer.bytes()) : "-", file ? answer.modified() : "-", name(answer));
    }
    out().println(table);
  }

  private static String name(Answer answer) {
    return answer.bytes() == null ? answer.path() + "/" : answer.path();
  }
}
