package io.basalt.cli.command;

import io.basalt.cli.show.Bytes;
import io.basalt.cli.show.JsonText;
import io.basalt.cli.show.Table;
import io.basalt.storage.config.Tier;
import io.basalt.storage.drive.Drive;
import io.basalt.storage.drive.DriveInfo;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.read.ListEntry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "df", description = "Show sizes per tier: used, live and metadata bytes.")
public final class DfCommand extends StoreCommand {
  private static final List<String> METADATA =
      List.of("roots", "runs", "leaves", "branches", "usage", "maps");

  @Mixin private JsonOption format;

  /**
   * One tier, in bytes of its drives that answer.
   *
   * @param usedBytes allocated, both mirrors and open segments counted whole
   * @param liveBytes of files as their readers see them, one copy
   * @param metadataBytes of roots, runs, leaves and location maps, all copies
   */
  record Answer(String tier, long sizeBytes, long usedBytes, long liveBytes, long metadataBytes) {}

  @Override
  public Integer call() throws Exception {
    List<Answer> answers = new ArrayList<>();
    try (OpenStore store = OpenStore.head(config())) {
      Map<Tier, Long> live = liveBytes(store);
      for (Tier tier : Tier.values()) {
        answers.add(answer(store.drives(), tier, live.getOrDefault(tier, 0L)));
      }
    }
    if (format.json) {
      out().println(JsonText.of(answers));
      return 0;
    }
    Table table = new Table("TIER", "SIZE", "USED", "FULL", "LIVE", "METADATA");
    for (Answer a : answers) {
      table.row(
          a.tier(),
          Bytes.of(a.sizeBytes()),
          Bytes.of(a.usedBytes()),
          a.sizeBytes() == 0 ? "-" : a.usedBytes() * 100 / a.sizeBytes() + "%",
          Bytes.of(a.liveBytes()),
          Bytes.of(a.metadataBytes()));
    }
    out().println(table);
    return 0;
  }

  private static Answer answer(DriveSet drives, Tier tier, long live) throws IOException {
    long size = 0;
    long used = 0;
    long metadata = 0;
    for (DriveInfo drive : drives.available(tier)) {
      size += drive.size();
      used += drives.space(drive.id()).usedBytes();
      for (String directory : METADATA) {
        List<Drive.StoredFile> files = drives.call(drive.id(), d -> d.list(directory));
        metadata += files.stream().mapToLong(Drive.StoredFile::length).sum();
      }
    }
    return new Answer(tier.name().toLowerCase(Locale.ROOT), size, used, live, metadata);
  }

  private static Map<Tier, Long> liveBytes(OpenStore store) throws IOException {
    SegmentTiers tiers = SegmentTiers.of(store);
    Map<Tier, Long> live = new EnumMap<>(Tier.class);
    try (Stream<ListEntry> files = store.reader().list("/", true)) {
      files
          .filter(ListEntry.File.class::isInstance)
          .flatMap(file -> ((ListEntry.File) file).state().extents().stream())
          .forEach(
              extent ->
                  live.merge(tiers.of(extent.shard().segment()), (long) extent.take(), Long::sum));
    }
    return live;
  }
}
