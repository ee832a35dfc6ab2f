package io.basalt.storage.commit;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.config.Tier;
import io.basalt.storage.drive.DriveInfo;
import io.basalt.storage.root.ArbiterPoint;
import io.basalt.storage.root.CopyRef;
import io.basalt.storage.root.FileRef;
import io.basalt.storage.root.Incarnation;
import io.basalt.storage.root.PartitionOffset;
import io.basalt.storage.root.Position;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.Root.KeptRoot;
import io.basalt.storage.root.Root.LiveAttempt;
import io.basalt.storage.root.Root.Pin;
import io.basalt.storage.root.Root.Tag;
import io.basalt.storage.root.RootBuilder;
import io.basalt.storage.root.RootCodec;
import io.basalt.storage.root.RunRef;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Tail;
import io.basalt.storage.root.TreeTop;
import io.basalt.storage.root.Uploads;
import io.basalt.storage.tree.PathBounds;
import io.basalt.storage.tree.StorePath;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A root is written by every commit, so it stays small whatever is in it at once. */
class RootSizeTest {
  private static final int MOST_BYTES = 64 << 10;
  private static final int PARTITIONS = 16;
  private static final int OPEN_SEGMENTS = 2;
  private static final int DRIVES = 16;
  private static final int RUNS = 64;

  /** A rebuilt store of some years. */
  private static final long NUMBER = 3_000_000_000_000L;

  private static final long OFFSET = 1L << 40;
  private static final long AT = 2_000_000_000_000L;
  private static final Root FIRST = Root.first(uuid(0), "store", "", "", AT, List.of());

  private static String uuid(int i) {
    return "%08d-0000-4000-8000-000000000000".formatted(i);
  }

  private static String attempt(int i) {
    return "%d-%016x".formatted(NUMBER - i, 0xabcdef0123456789L);
  }

  private static String drive(int i) {
    return "capacity-rack-%02d".formatted(i);
  }

  private static FileRef file(String name) {
    return new FileRef(name, List.of(drive(1), drive(2)), 1L << 30, Integer.MIN_VALUE);
  }

  private static <T> List<T> list(int count, IntFunction<T> each) {
    return IntStream.range(0, count).mapToObj(each).toList();
  }

  private static List<Position> positions() {
    return list(PARTITIONS, i -> new Position(3, i, OFFSET + i, 1 << 20, OFFSET));
  }

  private static List<PartitionOffset> offsets() {
    return list(PARTITIONS, i -> new PartitionOffset(3, i, OFFSET + i));
  }

  /** Of a path of as many bytes as there may be, whose bounds are as long as they get. */
  private static RunRef run(int i) {
    String path = "/%03d".formatted(i) + "p".repeat(StorePath.MAX_BYTES - 4);
    return new RunRef(
        file("runs/%s-merged-%d.parquet".formatted(attempt(i), 1_000_000 + i)),
        1L << 24,
        PathBounds.lower(path),
        PathBounds.upper(path));
  }

  private static Tail tail(int i) {
    return new Tail(
        new SegmentLocation(
            "%s-%d-%d".formatted(attempt(i), i, 1_000_000 + i),
            List.of(drive(1), drive(2)),
            64 << 20,
            48 << 20,
            60 << 20),
        attempt(i),
        i % 2 == 0);
  }

  private static byte[] encoded(RootBuilder next) {
    return RootCodec.encode(
        next.build(
            NUMBER,
            "body-" + attempt(0),
            attempt(0),
            AT,
            new ArbiterPoint("cluster-id-of-22-chars", uuid(1), OFFSET, attempt(1))));
  }

  private static RootBuilder withRuns() {
    return new RootBuilder(FIRST).runs(list(RUNS, RootSizeTest::run));
  }

  @Test
  void sixtyFourRunsOfTheLongestPathsAreHalfARoot() {
    assertThat(encoded(withRuns())).hasSizeLessThan(MOST_BYTES / 2);
  }

  /** The sum stands in docs/design/tree-at-scale.md. */
  @Test
  void theWorstRootOfSixteenPartitionsAndDrivesIsSmall() {
    byte[] worst =
        encoded(
            withRuns()
                .incarnations(
                    list(3, i -> new Incarnation(i + 1, "basalt.writes", uuid(i), PARTITIONS)))
                .positions(positions())
                .rejectsTopicId(uuid(9))
                .drives(
                    list(
                        DRIVES,
                        i -> new DriveInfo(drive(i), Tier.SCM, "rack-" + i, 1L << 50, uuid(i))))
                .floor(NUMBER)
                .attempts(list(PARTITIONS + 4, i -> new LiveAttempt(attempt(i), "compact")))
                .tails(list(PARTITIONS * OPEN_SEGMENTS + 16, RootSizeTest::tail))
                .tree(
                    Optional.of(
                        new TreeTop(
                            NUMBER,
                            positions(),
                            Optional.of(file("branches/%s-0-0".formatted(attempt(0)))),
                            1L << 40,
                            1L << 50,
                            file("usage/%s-0-0".formatted(attempt(0))))))
                .locationMap(list(20, i -> file("maps/%s-%d".formatted(attempt(i), 1_000_000))))
                .kept(list(Thinning.AT_MOST, i -> new KeptRoot(NUMBER - 2000 + i, AT + i)))
                .pins(
                    list(
                        Pins.AT_MOST,
                        i -> new Pin("%016x".formatted(0xabcdef0123456789L + i), NUMBER - 1, AT)))
                .copy(
                    Optional.of(
                        new CopyRef(NUMBER, positions(), file("copies/%s".formatted(attempt(0))))))
                .tags(
                    list(
                        Tags.AT_MOST,
                        i -> new Tag("%03d".formatted(i) + "t".repeat(61), NUMBER - 2000)))
                .uploads(new Uploads(NUMBER, offsets(), offsets())));
    assertThat(worst).hasSizeBetween(MOST_BYTES * 3 / 4, MOST_BYTES);
  }
}
