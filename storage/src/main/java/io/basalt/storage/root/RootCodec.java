package io.basalt.storage.root;

import io.basalt.schemas.AttemptRecord;
import io.basalt.schemas.CopyRefRecord;
import io.basalt.schemas.DriveRecord;
import io.basalt.schemas.IncarnationRecord;
import io.basalt.schemas.KeptRootRecord;
import io.basalt.schemas.PinRecord;
import io.basalt.schemas.PositionRecord;
import io.basalt.schemas.RootRecord;
import io.basalt.schemas.RootRecordV2;
import io.basalt.schemas.RootRecordV3;
import io.basalt.schemas.RunRecord;
import io.basalt.schemas.TagRecord;
import io.basalt.schemas.TailRecord;
import io.basalt.schemas.TierRecord;
import io.basalt.schemas.TreeRecord;
import io.basalt.schemas.UploadsRecord;
import io.basalt.storage.config.Tier;
import io.basalt.storage.drive.DriveInfo;
import io.basalt.storage.root.Root.KeptRoot;
import io.basalt.storage.root.Root.LiveAttempt;
import io.basalt.storage.root.Root.Pin;
import io.basalt.storage.root.Root.Tag;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The stored form of a root: a {@link Frame} around the Avro record of the whole root. */
public final class RootCodec {
  private static final Frame FRAME = new Frame("BASROOT\n", 3);
  private static final UploadsRecord NO_UPLOADS = record(Uploads.NONE);

  private RootCodec() {}

  public static byte[] encode(Root root) {
    return FRAME.encode(
        new RootRecordV3(
            record(root),
            root.tree().map(RootCodec::record).orElse(null),
            root.copy().map(RootCodec::record).orElse(null),
            map(root.tags(), t -> new TagRecord(t.name(), t.number())),
            record(root.uploads())));
  }

  /** The root in a file of a drive; the names are for the error's sentence. */
  public static Root decode(byte[] bytes, String drive, String file) throws IOException {
    return switch (FRAME.versionOf(bytes)) {
      case 1 ->
          root(
              new RootRecordV3(
                  FRAME.decode(bytes, RootRecord.class, drive, file),
                  null,
                  null,
                  List.of(),
                  NO_UPLOADS));
      case 2 -> {
        RootRecordV2 stored = FRAME.decode(bytes, RootRecordV2.class, drive, file);
        yield root(
            new RootRecordV3(stored.getState(), stored.getTree(), null, List.of(), NO_UPLOADS));
      }
      default -> root(FRAME.decode(bytes, RootRecordV3.class, drive, file));
    };
  }

  private static UploadsRecord record(Uploads uploads) {
    return new UploadsRecord(
        uploads.droppedAfter(),
        Records.offsetRecords(uploads.floors()),
        Records.offsetRecords(uploads.published()));
  }

  private static Uploads uploads(UploadsRecord record) {
    return new Uploads(
        record.getDroppedAfter(),
        Records.offsets(record.getFloors()),
        Records.offsets(record.getPublished()));
  }

  private static RootRecord record(Root root) {
    ArbiterPoint point = root.arbiter();
    return RootRecord.newBuilder()
        .setStoreId(root.storeId())
        .setStore(root.store())
        .setNumber(root.number())
        .setBodyId(root.bodyId())
        .setAttempt(root.attempt())
        .setAt(root.at())
        .setArbiter(
            new io.basalt.schemas.ArbiterPoint(
                point.clusterId(), point.topicId(), point.offset(), point.recordId()))
        .setIncarnations(
            map(
                root.incarnations(),
                i -> new IncarnationRecord(i.number(), i.topic(), i.topicId(), i.partitions())))
        .setPositions(map(root.positions(), RootCodec::record))
        .setRejectsTopicId(root.rejectsTopicId())
        .setDrives(
            map(
                root.drives(),
                d ->
                    new DriveRecord(
                        d.id(),
                        TierRecord.valueOf(d.tier().name()),
                        d.enclosure(),
                        d.size(),
                        d.incarnation())))
        .setFloor(root.floor())
        .setAttempts(map(root.attempts(), a -> new AttemptRecord(a.id(), a.kind())))
        .setTails(
            map(
                root.tails(),
                t -> new TailRecord(Records.record(t.location()), t.attempt(), t.sealed())))
        .setRuns(
            map(
                root.runs(),
                r -> new RunRecord(Records.record(r.file()), r.rows(), r.minPath(), r.maxPath())))
        .setLocationMap(map(root.locationMap(), Records::record))
        .setKept(map(root.kept(), k -> new KeptRootRecord(k.number(), k.at())))
        .setPins(map(root.pins(), p -> new PinRecord(p.id(), p.number(), p.renewed())))
        .build();
  }

  private static PositionRecord record(Position p) {
    return new PositionRecord(
        p.incarnation(), p.partition(), p.next(), p.leaderEpoch(), p.rejects());
  }

  private static Position position(PositionRecord p) {
    return new Position(
        p.getIncarnation(), p.getPartition(), p.getNext(), p.getLeaderEpoch(), p.getRejects());
  }

  private static TreeRecord record(TreeTop top) {
    return new TreeRecord(
        top.root(),
        map(top.positions(), RootCodec::record),
        top.branch().map(Records::record).orElse(null),
        top.files(),
        top.bytes(),
        Records.record(top.usage()));
  }

  private static Optional<TreeTop> tree(TreeRecord t) {
    return t == null
        ? Optional.empty()
        : Optional.of(
            new TreeTop(
                t.getRoot(),
                map(t.getPositions(), RootCodec::position),
                Optional.ofNullable(t.getBranch()).map(Records::fileRef),
                t.getFiles(),
                t.getBytes(),
                Records.fileRef(t.getUsage())));
  }

  private static CopyRefRecord record(CopyRef copy) {
    return new CopyRefRecord(
        copy.root(), map(copy.positions(), RootCodec::record), Records.record(copy.file()));
  }

  private static Optional<CopyRef> copy(CopyRefRecord c) {
    return c == null
        ? Optional.empty()
        : Optional.of(
            new CopyRef(
                c.getRoot(),
                map(c.getPositions(), RootCodec::position),
                Records.fileRef(c.getFile())));
  }

  private static Root root(RootRecordV3 stored) {
    RootRecord r = stored.getState();
    return new Root(
        r.getStoreId(),
        r.getStore(),
        r.getNumber(),
        r.getBodyId(),
        r.getAttempt(),
        r.getAt(),
        new ArbiterPoint(
            r.getArbiter().getClusterId(),
            r.getArbiter().getTopicId(),
            r.getArbiter().getOffset(),
            r.getArbiter().getRecordId()),
        map(
            r.getIncarnations(),
            i -> new Incarnation(i.getNumber(), i.getTopic(), i.getTopicId(), i.getPartitions())),
        map(r.getPositions(), RootCodec::position),
        r.getRejectsTopicId(),
        map(
            r.getDrives(),
            d ->
                new DriveInfo(
                    d.getId(),
                    Tier.valueOf(d.getTier().name()),
                    d.getEnclosure(),
                    d.getSize(),
                    d.getIncarnation())),
        r.getFloor(),
        map(r.getAttempts(), a -> new LiveAttempt(a.getId(), a.getKind())),
        map(
            r.getTails(),
            t -> new Tail(Records.location(t.getLocation()), t.getAttempt(), t.getSealed())),
        map(
            r.getRuns(),
            u ->
                new RunRef(
                    Records.fileRef(u.getFile()), u.getRows(), u.getMinPath(), u.getMaxPath())),
        tree(stored.getTree()),
        map(r.getLocationMap(), Records::fileRef),
        map(r.getKept(), k -> new KeptRoot(k.getNumber(), k.getAt())),
        map(r.getPins(), p -> new Pin(p.getId(), p.getNumber(), p.getRenewed())),
        copy(stored.getCopy()),
        map(stored.getTags(), t -> new Tag(t.getName(), t.getNumber())),
        uploads(stored.getUploads()));
  }

  private static <A, B> List<B> map(List<A> from, Function<A, B> to) {
    return from.stream().map(to).toList();
  }
}
