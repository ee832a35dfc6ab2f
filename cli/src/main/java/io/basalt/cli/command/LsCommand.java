package io.basalt.cli.command;

import io.basalt.cli.Failure;
import io.basalt.cli.show.Bytes;
import io.basalt.cli.show.JsonText;
import io.basalt.storage.read.ListEntry;
import java.io.IOException;
import java.time.Instant;
import java.util.Iterator;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "ls", description = "List a file, or what is below a directory.")
public final class LsCommand extends StoreCommand {
  /** Sizes and times have a longest form each, so columns align without a look at all rows. */
  private static final String LINE = "%10s  %-24s  %s";

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
    try (OpenStore store = OpenStore.open(config(), moment.moment());
        Stream<ListEntry> entries = store.reader().list(path, recursive)) {
      Iterator<Answer> answers = entries.map(Answer::of).iterator();
      if (!answers.hasNext() && !path.equals("/")) {
        throw new Failure("there is no file or directory " + path);
      }
      print(answers);
    }
    return 0;
  }

  /** One by one: a store may have more entries than this process has memory. */
  private void print(Iterator<Answer> answers) throws IOException {
    if (format.json) {
      JsonText.array(answers, out());
    } else if (detailed) {
      out().println(LINE.formatted("SIZE", "MODIFIED", "PATH"));
      answers.forEachRemaining(answer -> out().println(line(answer)));
    } else {
      answers.forEachRemaining(answer -> out().println(name(answer)));
    }
  }

  private static String line(Answer answer) {
    boolean file = answer.bytes() != null;
    return LINE.formatted(
        file ? Bytes.of(answer.bytes()) : "-", file ? answer.modified() : "-", name(answer));
  }

  private static String name(Answer answer) {
    return answer.bytes() == null ? answer.path() + "/" : answer.path();
  }
}
