package io.basalt.cli.command;

import io.basalt.cli.Failure;
import io.basalt.cli.show.Bytes;
import io.basalt.cli.show.JsonText;
import io.basalt.kafka.KafkaArbiter;
import io.basalt.kafka.KafkaSettings;
import io.basalt.kafka.NewTopics;
import io.basalt.kafka.Topics;
import io.basalt.storage.commit.ArbiterException;
import io.basalt.storage.commit.RootFiles;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.leaf.LeafLimits;
import io.basalt.storage.rebuild.Gap;
import io.basalt.storage.rebuild.Rebuild;
import io.basalt.storage.rebuild.RebuildReport;
import io.basalt.storage.root.ArbiterPoint;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "rebuild",
    description = "Make the tree anew from the drives alone, when roots or parts of it are lost.")
public final class RebuildCommand extends StoreCommand {
  private static final int SHOWN = 20;

  @Mixin private JsonOption format;

  @Option(names = "--dry-run", description = "say what can be restored, and change nothing")
  private boolean dryRun;

  @Option(names = "--force", description = "also while a root can be read")
  private boolean force;

  @Option(names = "--accept-loss", description = "go on where not all can be restored")
  private boolean acceptLoss;

  @Option(
      names = "--new-drive",
      paramLabel = "ID",
      description = "a drive that was lost and is replaced by an empty one; may be repeated")
  private List<String> newDrives = List.of();

  record Answer(
      Long copy,
      long files,
      long bytes,
      long events,
      List<Partition> partitions,
      List<Gap> gaps,
      List<Lost> lost,
      boolean partial,
      List<String> notes,
      Long root) {}

  record Partition(int incarnation, int partition, long next) {}

  record Lost(String path, String upload, long bytes, long lostBytes) {}

  @Override
  public Integer call() throws Exception {
    StoreConfig config = config();
    if (!dryRun) {
      CommitsTopic.requireNoIngest(cluster(), config);
    }
    KafkaCheck.requireAnswer(config);
    if (!newDrives.isEmpty() && !dryRun) {
      label(config);
    }
    try (Admin admin = Admin.create(KafkaSettings.admin(config.kafka()));
        DriveSet drives = DriveSet.openForWriting(config)) {
      requireNoHead(config, drives);
      Rebuild.Options options =
          new Rebuild.Options(
              config.store(), new HashSet<>(newDrives), topics(admin, config), LeafLimits.DEFAULTS);
      try (Rebuild rebuild = Rebuild.look(drives, options, new SecureRandom())) {
        run(config, admin, rebuild);
      }
    }
    return 0;
  }

  private void run(StoreConfig config, Admin admin, Rebuild rebuild) throws Exception {
    RebuildReport report = rebuild.report();
    if (dryRun) {
      show(report, OptionalLong.empty());
      return;
    }
    if (report.isPartial() && !acceptLoss) {
      show(report, OptionalLong.empty());
      throw new Failure(
          "not all can be restored: bring back drives, or go on with what there is by"
              + " --accept-loss");
    }
    CommitsTopic.startAnew(admin, config);
    try (KafkaArbiter arbiter = KafkaArbiter.open(config.kafka())) {
      Rebuild.Written written =
          rebuild.write(
              new ArbiterPoint(arbiter.clusterId(), arbiter.topicId(), -1, ""), Clock.systemUTC());
      rebuild.declare(written, config.rootCopies(), arbiter);
      show(report, OptionalLong.of(written.root().number()));
    }
    if (!format.json) {
      out().println("next:  " + Hints.on(config.file(), "ingest"));
    }
  }

  private void label(StoreConfig config) {
    Set<String> known = new HashSet<>();
    config.drives().forEach(drive -> known.add(drive.id()));
    for (String drive : newDrives) {
      if (!known.contains(drive)) {
        throw new Failure("there is no drive " + drive + " in " + config.file());
      }
    }
    String store;
    try (DriveSet drives = DriveSet.openForWriting(config)) {
      store = drives.storeId();
    }
    DriveSet.label(config, new HashSet<>(newDrives), store);
  }

  private void requireNoHead(StoreConfig config, DriveSet drives) throws ArbiterException {
    long head;
    try {
      head = new RootFiles(drives, config.rootCopies()).head().number();
    } catch (IOException unreadable) {
      return;
    }
    if (!force && !dryRun) {
      throw new Failure(
          "root %d can be read, so nothing has to be made anew; --force does it all the same"
              .formatted(head));
    }
  }

  private static Rebuild.Topics topics(Admin admin, StoreConfig config) throws IOException {
    NewTopics.create(admin, config.kafka(), config.maxRecord());
    Topics topics = Topics.check(admin, config.kafka());
    return new Rebuild.Topics(
        topics.writes().name(),
        topics.writes().id(),
        topics.writes().partitions(),
        topics.rejects().id(),
        topics.rejectsEnd(admin));
  }

  private void show(RebuildReport report, OptionalLong root) {
    if (format.json) {
      out().println(JsonText.of(answer(report, root)));
      return;
    }
    report.notes().forEach(note -> out().println("note: " + note));
    out()
        .println(
            report.copy().isPresent()
                ? "from the metadata copy of root %d and %d events since"
                    .formatted(report.copy().getAsLong(), report.events())
                : "from %d events; there is no metadata copy".formatted(report.events()));
    report.gaps().forEach(gap -> out().println("not restored: " + sentence(gap)));
    report.lost().stream()
        .limit(SHOWN)
        .forEach(lost -> out().println("not restored: " + sentence(lost)));
    if (report.lost().size() > SHOWN) {
      out().println("and %d more; --json lists all".formatted(report.lost().size() - SHOWN));
    }
    if (!report.fastTier()) {
      out().println("SCM drives of two enclosures are missing: what had not migrated is lost");
    }
    out().println("%d files, %s".formatted(report.files(), Bytes.of(report.bytes())));
    root.ifPresent(number -> out().println("root " + number + " is the head"));
  }

  private static String sentence(Gap gap) {
    String offsets =
        gap.next() < 0
            ? "whatever was applied from offset %d on".formatted(gap.from())
            : "offsets %d to %d".formatted(gap.from(), gap.next());
    return "%s of partition %d, incarnation %d: %s"
        .formatted(offsets, gap.partition(), gap.incarnation(), gap.why());
  }

  private static String sentence(RebuildReport.Lost lost) {
    return "%s%s: %s of %s are lost"
        .formatted(
            lost.path(),
            lost.upload().isEmpty() ? "" : ", upload " + lost.upload(),
            Bytes.of(lost.lostBytes()),
            Bytes.of(lost.size()));
  }

  private static Answer answer(RebuildReport report, OptionalLong root) {
    return new Answer(
        report.copy().isPresent() ? report.copy().getAsLong() : null,
        report.files(),
        report.bytes(),
        report.events(),
        report.positions().stream()
            .map(each -> new Partition(each.incarnation(), each.partition(), each.next()))
            .toList(),
        report.gaps(),
        report.lost().stream()
            .map(each -> new Lost(each.path(), each.upload(), each.size(), each.lostBytes()))
            .toList(),
        report.isPartial(),
        report.notes(),
        root.isPresent() ? root.getAsLong() : null);
  }
}
