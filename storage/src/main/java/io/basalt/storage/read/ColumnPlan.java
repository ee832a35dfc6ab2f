package io.basalt.storage.read;

import io.basalt.storage.read.ColumnStep.ShardPiece;
import io.basalt.storage.root.Stripe;
import io.basalt.storage.tree.Extent;
import io.basalt.storage.tree.FileState;
import io.basalt.storage.tree.Shard;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Plans a read of [from, to) of a file for a taker that takes bytes in any order. What stands in
 * stripes that have lost data is read column by column: the sources of a reconstruction are bytes
 * of the same file mostly, so they are read once, where a read in the order of the file would come
 * back for each strip. A column of which too little is wanted, and all else, is read in the order
 * of the file. Pure.
 */
final class ColumnPlan {
  private final List<Extent> extents;
  private final Map<Shard, WantedShard> wanted = new LinkedHashMap<>();
  private final Map<String, Map<Integer, Column>> stripes = new LinkedHashMap<>();

  /**
   * Where a shard stands in a stripe that has lost data: in one strip.
   *
   * @param columnBytes bytes of each strip in a column, but for the last one
   * @param offset in the data of the stripe
   * @param isLost whether the strip is lost
   */
  record Place(Stripe stripe, int columnBytes, long offset, boolean isLost) {
    private int strip() {
      return (int) (offset / stripe.stripBytes());
    }

    private long inStrip() {
      return offset % stripe.stripBytes();
    }
  }

  /** What is wanted of a column, and what that costs one by one. */
  private static final class Column {
    private final Stripe stripe;
    private final int number;
    private final long sourceBytes;
    private final List<ShardPiece> pieces = new ArrayList<>();
    private long bytesAlone;

    private Column(Place place, int number) {
      this.stripe = place.stripe();
      this.number = number;
      long left = stripe.stripBytes() - (long) number * place.columnBytes();
      this.sourceBytes = stripe.dataStrips() * Math.min(place.columnBytes(), left);
    }

    private void add(ShardPiece piece, boolean isLost) {
      pieces.add(piece);
      bytesAlone += (long) piece.length() * (isLost ? stripe.dataStrips() : 1);
    }

    /** Whether k strips are less to read than each piece alone and k sources of what is lost. */
    private boolean isWorthReading() {
      return sourceBytes < bytesAlone;
    }

    private ColumnStep step() {
      return new ColumnStep(stripe, number, pieces);
    }
  }

  private ColumnPlan(List<Extent> extents, Function<Shard, Optional<Place>> places) {
    this.extents = extents;
    for (Extent extent : extents) {
      wanted
          .computeIfAbsent(extent.shard(), shard -> new WantedShard(shard, new ArrayList<>()))
          .extents()
          .add(extent);
    }
    wanted.values().forEach(each -> places.apply(each.shard()).ifPresent(at -> cut(each, at)));
  }

  /**
   * The steps of the read.
   *
   * @param places of the shards that stand in degraded stripes and may be read by columns
   */
  static Iterator<? extends Step> steps(
      FileState file, long from, long to, int stepBytes, Function<Shard, Optional<Place>> places) {
    List<Extent> extents = ReadPlan.extents(file, from, to);
    ColumnPlan plan = new ColumnPlan(extents, places);
    Set<Shard> byColumn = plan.keepWhatIsWorthReading();
    if (byColumn.isEmpty()) {
      return new ReadPlan(file, from, to, stepBytes);
    }
    return Stream.<Stream<? extends Step>>of(
            Stream.of(ReadStep.of(List.of(), ReadPlan.gaps(extents, from, to))),
            plan.alone(byColumn, stepBytes),
            plan.columns().map(Column::step))
        .flatMap(steps -> steps)
        .iterator();
  }

  /** Notes the pieces of a shard with their columns. */
  private void cut(WantedShard shard, Place place) {
    int length = shard.shard().length();
    for (int from = 0; from < length; ) {
      long inStrip = place.inStrip() + from;
      int number = Math.toIntExact(inStrip / place.columnBytes());
      int at = (int) (inStrip % place.columnBytes());
      int bytes = Math.min(length - from, place.columnBytes() - at);
      stripes
          .computeIfAbsent(place.stripe().id(), id -> new TreeMap<>())
          .computeIfAbsent(number, each -> new Column(place, each))
          .add(new ShardPiece(shard, from, bytes, place.strip(), at), place.isLost());
      from += bytes;
    }
  }

  /** The shards of columns that are worth reading; a shard goes with all its columns or alone. */
  private Set<Shard> keepWhatIsWorthReading() {
    Set<Shard> alone = new HashSet<>();
    columns()
        .filter(column -> !column.isWorthReading())
        .flatMap(column -> column.pieces.stream())
        .forEach(piece -> alone.add(piece.wanted().shard()));
    columns().forEach(column -> column.pieces.removeIf(p -> alone.contains(p.wanted().shard())));
    stripes.values().forEach(each -> each.values().removeIf(column -> column.pieces.isEmpty()));
    Set<Shard> kept = new HashSet<>();
    columns().forEach(column -> column.pieces.forEach(p -> kept.add(p.wanted().shard())));
    return kept;
  }

  private Stream<Column> columns() {
    return stripes.values().stream().flatMap(stripe -> stripe.values().stream());
  }

  private Stream<ReadStep> alone(Set<Shard> byColumn, int stepBytes) {
    List<Extent> alone =
        extents.stream().filter(extent -> !byColumn.contains(extent.shard())).toList();
    List<List<Extent>> steps = new ArrayList<>();
    int first = 0;
    long bytes = 0;
    for (int i = 0; i < alone.size(); i++) {
      bytes += alone.get(i).shard().length();
      if (i > first && bytes > stepBytes) {
        steps.add(alone.subList(first, i));
        first = i;
        bytes = alone.get(i).shard().length();
      }
    }
    if (first < alone.size()) {
      steps.add(alone.subList(first, alone.size()));
    }
    return steps.stream().map(step -> ReadStep.of(step, List.of()));
  }
}
