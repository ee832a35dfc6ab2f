package io.basalt.storage.rebuild;

import io.basalt.storage.commit.Attempt;
import io.basalt.storage.ingest.Range;
import io.basalt.storage.root.Position;
import io.basalt.storage.segment.IndexBlock;
import io.basalt.storage.tree.Event;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Which events count: of each partition all from a position on, up to the first offset that no
 * index block covers or whose event lost a shard. Several blocks may cover an offset, of attempts
 * that were ended before they could commit; they were made of the same record, so each is right
 * whose shards are there, and that of the newest attempt is asked first.
 */
final class Chains {
  private static final Comparator<Piece> BEST =
      Comparator.comparingLong((Piece each) -> each.attempt().head())
          .thenComparingLong(each -> each.range().next())
          .reversed();

  private final Map<Partition, List<Piece>> pieces = new TreeMap<>();
  private final Test test;
  private final Sink sink;
  private final List<Position> positions = new ArrayList<>();
  private final List<Gap> gaps = new ArrayList<>();

  /** A partition of one incarnation of the write topic. */
  record Partition(int incarnation, int number) implements Comparable<Partition> {
    private static final Comparator<Partition> ORDER =
        Comparator.comparingInt(Partition::incarnation).thenComparingInt(Partition::number);

    @Override
    public int compareTo(Partition other) {
      return ORDER.compare(this, other);
    }
  }

  /** Whether all shards of an event are intact. */
  @FunctionalInterface
  interface Test {
    boolean isWhole(Event event) throws IOException;
  }

  /** Takes an event that counts, and the segment whose index block holds it. */
  @FunctionalInterface
  interface Sink {
    void accept(Event event, String segment) throws IOException;
  }

  private record Piece(Range range, Attempt attempt, IndexBlock block) {
    boolean covers(long offset) {
      return range.from() <= offset && offset < range.next();
    }
  }

  Chains(Test test, Sink sink) {
    this.test = test;
    this.sink = sink;
  }

  /** Adds an index block. */
  void add(IndexBlock block) {
    Attempt attempt = Attempt.ofFile("segments/" + block.segment()).orElseThrow();
    for (Range range : block.ranges()) {
      if (range.from() < range.next()) {
        pieces
            .computeIfAbsent(
                new Partition(range.incarnation(), range.partition()), any -> new ArrayList<>())
            .add(new Piece(range, attempt, block));
      }
    }
  }

  /**
   * The highest partition of an incarnation that a block covers; -1 without one.
   *
   * @param incarnation number from 1
   */
  int lastPartition(int incarnation) {
    return pieces.keySet().stream()
        .filter(each -> each.incarnation() == incarnation)
        .mapToInt(Partition::number)
        .max()
        .orElse(-1);
  }

  /**
   * Follows every partition.
   *
   * @param start positions up to which all is known
   * @param begins whether a partition that has no position begins at its lowest offset that is
   *     found; if not, it begins at 0
   */
  void follow(List<Position> start, boolean begins) throws IOException {
    Map<Partition, Position> from = new HashMap<>();
    start.forEach(each -> from.put(new Partition(each.incarnation(), each.partition()), each));
    int known = start.stream().mapToInt(Position::incarnation).max().orElse(0);
    int broken = Integer.MAX_VALUE;
    for (Map.Entry<Partition, List<Piece>> each : pieces.entrySet()) {
      Partition partition = each.getKey();
      List<Piece> covered = each.getValue();
      covered.sort(Comparator.comparingLong(piece -> piece.range().from()));
      Optional<Position> position = Optional.ofNullable(from.remove(partition));
      long lowest = covered.get(0).range().from();
      if (partition.incarnation() > broken) {
        gap(partition, lowest, covered, "an earlier incarnation of the topic has a gap");
      } else if (position.isEmpty() && partition.incarnation() > known && known > 0 && !begins) {
        gap(partition, lowest, covered, "whether the topic before it was whole is not known");
      } else {
        long first = position.map(Position::next).orElse(begins ? lowest : 0L);
        if (follow(partition, first, position, covered)) {
          broken = Math.min(broken, partition.incarnation());
        }
      }
    }
    positions.addAll(from.values());
    positions.sort(
        Comparator.comparingInt(Position::incarnation).thenComparingInt(Position::partition));
  }

  private void gap(Partition partition, long from, List<Piece> covered, String why) {
    gaps.add(new Gap(partition.incarnation(), partition.number(), from, end(covered), why));
  }

  private static long end(List<Piece> covered) {
    return covered.stream().mapToLong(piece -> piece.range().next()).max().orElseThrow();
  }

  /** Whether the partition ends in a gap. */
  private boolean follow(
      Partition partition, long first, Optional<Position> before, List<Piece> covered)
      throws IOException {
    long offset = first;
    int epoch = before.map(Position::leaderEpoch).orElse(-1);
    String why = "no index block covers it";
    List<Piece> open = new ArrayList<>();
    int next = 0;
    while (true) {
      for (; next < covered.size() && covered.get(next).range().from() <= offset; next++) {
        open.add(covered.get(next));
      }
      long at = offset;
      open.removeIf(piece -> !piece.covers(at));
      if (open.isEmpty()) {
        break;
      }
      open.sort(BEST);
      Piece best = null;
      long reach = offset;
      for (Piece piece : open) {
        long whole = wholeUpTo(piece, partition, offset);
        if (best == null || whole > reach) {
          best = piece;
          reach = whole;
        }
        if (reach == piece.range().next()) {
          break;
        }
      }
      take(best, partition, offset, reach);
      epoch = reach == best.range().next() ? best.range().leaderEpoch() : -1;
      boolean stuck = reach == offset;
      offset = reach;
      if (stuck) {
        why = "a shard of its event is lost";
        break;
      }
    }
    long rejects = before.map(Position::rejects).orElse(0L);
    if (before.isPresent() || offset > first) {
      positions.add(
          new Position(partition.incarnation(), partition.number(), offset, epoch, rejects));
    }
    long end = end(covered);
    if (offset < end) {
      gaps.add(new Gap(partition.incarnation(), partition.number(), offset, end, why));
    }
    return offset < end;
  }

  /** The first offset of the piece, from one on, whose event is not whole; else its end. */
  private long wholeUpTo(Piece piece, Partition partition, long from) throws IOException {
    for (Event event : piece.block().events()) {
      if (isIn(event, partition, from, piece.range().next()) && !test.isWhole(event)) {
        return event.version().offset();
      }
    }
    return piece.range().next();
  }

  private void take(Piece piece, Partition partition, long from, long to) throws IOException {
    for (Event event : piece.block().events()) {
      if (isIn(event, partition, from, to)) {
        sink.accept(event, piece.block().segment());
      }
    }
  }

  private static boolean isIn(Event event, Partition partition, long from, long to) {
    return event.partition() == partition.number()
        && event.version().incarnation() == partition.incarnation()
        && event.version().offset() >= from
        && event.version().offset() < to;
  }

  /** Notes offsets that are not restored though they are known to have been applied. */
  void expect(List<Position> applied, String why) {
    Map<Partition, Long> restored = new HashMap<>();
    positions.forEach(
        each -> restored.put(new Partition(each.incarnation(), each.partition()), each.next()));
    for (Position each : applied) {
      long next = restored.getOrDefault(new Partition(each.incarnation(), each.partition()), 0L);
      if (next < each.next()) {
        gaps.add(new Gap(each.incarnation(), each.partition(), next, each.next(), why));
      }
    }
  }

  /** Notes the offsets of each partition below the lowest one that is found. */
  void expectBeginnings(String why) {
    pieces.forEach(
        (partition, covered) -> {
          long lowest = covered.stream().mapToLong(piece -> piece.range().from()).min().orElse(0);
          if (lowest > 0) {
            gaps.add(new Gap(partition.incarnation(), partition.number(), 0, lowest, why));
          }
        });
  }

  /** How far each partition is restored. */
  List<Position> positions() {
    return positions;
  }

  List<Gap> gaps() {
    return gaps;
  }
}
