package io.basalt.cli.command;

import io.basalt.cli.show.Bytes;
import io.basalt.cli.show.JsonText;
import io.basalt.cli.show.Table;
import io.basalt.storage.commit.Moment;
import io.basalt.storage.read.RootDiff;
import io.basalt.storage.tree.FileState;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(name = "diff", description = "Show what became of files from one root to another.")
public final class DiffCommand extends StoreCommand {
  @Mixin private JsonOption format;

  @Parameters(
      index = "0",
      paramLabel = "ROOT",
      converter = MomentOptions.RootConverter.class,
      description = "the earlier root, by number or tag")
  private Moment before;

  @Parameters(
      index = "1",
      paramLabel = "ROOT",
      converter = MomentOptions.RootConverter.class,
      description = "the later root, by number or tag")
  private Moment after;

  /** One file; bytes are null where there is no file. */
  record Answer(String path, String change, Long bytesBefore, Long bytesAfter) {}

  @Override
  public Integer call() throws Exception {
    List<Answer> answers;
    try (OpenStore earlier = OpenStore.open(config(), before);
        OpenStore later = OpenStore.open(config(), after)) {
      answers =
          new RootDiff(earlier.reader(), later.reader())
              .entries().stream().map(DiffCommand::answer).toList();
    }
    if (format.json) {
      out().println(JsonText.of(answers));
    } else {
      Table table = new Table("CHANGE", "BEFORE", "AFTER", "PATH");
      answers.forEach(
          each ->
              table.row(
                  each.change(), text(each.bytesBefore()), text(each.bytesAfter()), each.path()));
      out().println(table);
    }
    return 0;
  }

  private static Answer answer(RootDiff.Entry entry) {
    return new Answer(
        entry.path(),
        entry.kind().name().toLowerCase(Locale.ROOT),
        bytes(entry.before()),
        bytes(entry.after()));
  }

  private static Long bytes(Optional<FileState> file) {
    return file.map(FileState::size).orElse(null);
  }

  private static String text(Long bytes) {
    return bytes == null ? "-" : Bytes.of(bytes);
  }
}
