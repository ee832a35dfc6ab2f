package io.basalt.cli.command;

import io.basalt.cli.show.Bytes;
import io.basalt.cli.show.JsonText;
import io.basalt.storage.commit.Moment;
import io.basalt.storage.read.RootDiff;
import io.basalt.storage.tree.ListedFile;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
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
    try (OpenStore earlier = OpenStore.open(config(), before);
        OpenStore later = OpenStore.open(config(), after)) {
      Stream<RootDiff.Entry> entries = new RootDiff(earlier.reader(), later.reader()).entries();
      if (format.json) {
        JsonText.array(entries.map(DiffCommand::answer).iterator(), out());
      } else {
        row("CHANGE", "BEFORE", "AFTER", "PATH");
        entries.forEach(
            entry -> row(change(entry), text(entry.before()), text(entry.after()), entry.path()));
      }
    }
    return 0;
  }

  private void row(String change, String bytesBefore, String bytesAfter, String path) {
    out().printf("%-7s  %10s  %10s  %s%n", change, bytesBefore, bytesAfter, path);
  }

  private static Answer answer(RootDiff.Entry entry) {
    return new Answer(entry.path(), change(entry), bytes(entry.before()), bytes(entry.after()));
  }

  private static String change(RootDiff.Entry entry) {
    return entry.kind().name().toLowerCase(Locale.ROOT);
  }

  private static Long bytes(Optional<ListedFile> file) {
    return file.map(ListedFile::size).orElse(null);
  }

  private static String text(Optional<ListedFile> file) {
    return file.map(there -> Bytes.of(there.size())).orElse("-");
  }
}
