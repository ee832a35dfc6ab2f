package io.basalt.storage.read;

import io.basalt.storage.read.ReadStep.Way;
import io.basalt.storage.root.Stripe;
import io.basalt.storage.tree.Extent;
import io.basalt.storage.tree.FileState;
import io.basalt.storage.tree.Shard;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
  private final int stepBytes;
  private final List<Extent> alone = new ArrayList<>();
  private final List<Extent> byColumn = new ArrayList<>();

  /**
   * Where a shard stands in a stripe that has lost data.
   *
   * @param columnBytes bytes of each strip in a column, but for the last one
   * @param offset in the data of the stripe
   * @param isLost whether it begins in a strip that is lost
   */
  record Place(Stripe stripe, int columnBytes, long offset, boolean isLost) {
    int column() {
      return Math.toIntExact(offset % stripe.stripBytes() / columnBytes);
    }

    /** What it takes to read the column: as many strips as hold data. */
    long sourceBytes() {
      long left = stripe.stripBytes() - (long) column() * columnBytes;
      return stripe.dataStrips() * Math.min(columnBytes, left);
    }
  }

  private record Placed(Extent extent, Place place) {
    int bytes() {
      return extent.shard().length();
    }
  }

  private ColumnPlan(int stepBytes) {
    this.stepBytes = stepBytes;
  }

  /**
   * The steps of the read.
   *
   * @param places of the shards that stand in degraded stripes and are worth reading by columns
   */
  static Iterator<ReadStep> steps(
      FileState file, long from, long to, int stepBytes, Function<Shard, Optional<Place>> places) {
    ReadPlan inOrder = new ReadPlan(file, from, to, stepBytes);
    List<Extent> extents = ReadPlan.extents(file, from, to);
    ColumnPlan plan = new ColumnPlan(stepBytes);
    plan.sort(extents, places);
    if (plan.byColumn.isEmpty()) {
      return inOrder;
    }
    return Stream.of(
            Stream.of(ReadStep.of(List.of(), ReadPlan.gaps(extents, from, to), Way.ALONE)),
            plan.cut(plan.alone, Way.ALONE),
            plan.cut(plan.byColumn, Way.BY_COLUMN))
        .flatMap(steps -> steps)
        .iterator();
  }

  private void sort(List<Extent> extents, Function<Shard, Optional<Place>> places) {
    Map<String, Map<Integer, List<Placed>>> columns = new LinkedHashMap<>();
    for (Extent extent : extents) {
      Optional<Place> place = places.apply(extent.shard());
      if (place.isPresent()) {
        columns
            .computeIfAbsent(place.get().stripe().id(), stripe -> new TreeMap<>())
            .computeIfAbsent(place.get().column(), column -> new ArrayList<>())
            .add(new Placed(extent, place.get()));
      } else {
        alone.add(extent);
      }
    }
    columns.values().forEach(stripe -> stripe.values().forEach(this::add));
    alone.sort(Comparator.comparingLong(Extent::start));
  }

  private void add(List<Placed> column) {
    if (isWorthReading(column)) {
      column.sort(Comparator.comparingLong(placed -> placed.place().offset()));
      column.forEach(placed -> byColumn.add(placed.extent()));
    } else {
      column.forEach(placed -> alone.add(placed.extent()));
    }
  }

  /** Whether a whole column is less to read than each range alone and k sources of what is lost. */
  private static boolean isWorthReading(List<Placed> column) {
    Place place = column.get(0).place();
    long sources = place.stripe().dataStrips();
    long alone =
        column.stream()
            .mapToLong(placed -> placed.bytes() * (placed.place().isLost() ? sources : 1))
            .sum();
    return place.sourceBytes() < alone;
  }

  private Stream<ReadStep> cut(List<Extent> extents, Way way) {
    List<List<Extent>> steps = new ArrayList<>();
    int first = 0;
    long bytes = 0;
    for (int i = 0; i < extents.size(); i++) {
      bytes += extents.get(i).shard().length();
      if (i > first && bytes > stepBytes) {
        steps.add(extents.subList(first, i));
        first = i;
        bytes = extents.get(i).shard().length();
      }
    }
    if (first < extents.size()) {
      steps.add(extents.subList(first, extents.size()));
    }
    return steps.stream().map(step -> ReadStep.of(step, List.of(), way));
  }
}
