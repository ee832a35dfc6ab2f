package io.basalt.cli.command;

import io.basalt.cli.show.Bytes;
import io.basalt.cli.show.JsonText;
import io.basalt.cli.show.Table;
import io.basalt.storage.census.LiveBytes;
import io.basalt.storage.census.Metadata;
import io.basalt.storage.config.Tier;
import io.basalt.storage.drive.DriveInfo;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.mirror.MirroredFiles;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "df", description = "Show sizes per tier: used, live and metadata bytes.")
public final class DfCommand extends StoreCommand {
  @Mixin private JsonOption format;

  /**
   * One tier, in bytes of its drives that answer.
   *
   * @param usedBytes allocated, both mirrors and open segments counted whole
   * @param liveBytes of files as their readers see them, one copy
   * @param metadataBytes of the tree's files and of index blocks, all copies
   * @param metadataShare what they are of the data on both tiers; those of both add up
   * @param reserveBytes that data may not take
   * @param pastReserveBytes by which the tree's files have outgrown the reserve of drives
   */
  record Answer(
      String tier,
      long sizeBytes,
      long usedBytes,
      long liveBytes,
      long metadataBytes,
      double metadataShare,
      long reserveBytes,
      long pastReserveBytes) {}

  @Override
  public Integer call() throws Exception {
    List<Answer> answers = new ArrayList<>();
    List<Metadata.PastReserve> past;
    try (OpenStore store = OpenStore.head(config())) {
      Map<Tier, Long> live = liveBytes(store);
      Metadata metadata = Metadata.of(store.drives(), store.headRoot());
      past = Metadata.pastReserve(store.drives());
      for (Tier tier : Tier.values()) {
        answers.add(answer(store.drives(), tier, live.getOrDefault(tier, 0L), metadata, past));
      }
    }
    if (format.json) {
      out().println(JsonText.of(answers));
      return 0;
    }
    Table table = new Table("TIER", "SIZE", "USED", "FULL", "LIVE", "METADATA", "SHARE", "RESERVE");
    for (Answer a : answers) {
      table.row(
          a.tier(),
          Bytes.of(a.sizeBytes()),
          Bytes.of(a.usedBytes()),
          a.sizeBytes() == 0 ? "-" : a.usedBytes() * 100 / a.sizeBytes() + "%",
          Bytes.of(a.liveBytes()),
          Bytes.of(a.metadataBytes()),
          String.format(Locale.ROOT, "%.3f%%", a.metadataShare() * 100),
          Bytes.of(a.reserveBytes()));
    }
    out().println(table);
    past.forEach(err()::println);
    return 0;
  }

  private static Answer answer(
      DriveSet drives, Tier tier, long live, Metadata metadata, List<Metadata.PastReserve> past)
      throws IOException {
    long size = 0;
    long reserve = 0;
    long over = 0;
    for (DriveInfo drive : drives.available(tier)) {
      size += drive.size();
      reserve += drives.space(drive.id()).reserveBytes();
      over +=
          past.stream()
              .filter(each -> each.drive().equals(drive.id()))
              .mapToLong(each -> each.bytes() - each.reserveBytes())
              .sum();
    }
    return new Answer(
        tier.text(),
        size,
        metadata.used().get(tier),
        live,
        metadata.bytes(tier),
        metadata.share(tier),
        reserve,
        over);
  }

  private static Map<Tier, Long> liveBytes(OpenStore store) throws IOException {
    SegmentTiers tiers = SegmentTiers.of(store);
    Map<Tier, Long> live = new EnumMap<>(Tier.class);
    LiveBytes.bySegment(store.reader(), new MirroredFiles(store.drives()))
        .forEach((segment, bytes) -> live.merge(tiers.of(segment), bytes, Long::sum));
    return live;
  }
}
