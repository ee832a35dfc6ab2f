package io.basalt.storage.commit;

import io.basalt.storage.config.StoreConfig.Retention;
import io.basalt.storage.root.Root.KeptRoot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Which earlier roots stay: the last 64, then the first of each second, minute, hour and day, as
 * far back as the retention says. Pure; age is measured by the commit times of roots, which never
 * fall.
 */
final class Thinning {
  static final int NEWEST = 64;

  /** However long all are to be kept: a root names each kept one, and must stay small. */
  static final int AT_MOST = 1024;

  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration DAY = Duration.ofDays(1);

  private Thinning() {}

  /**
   * @param kept ascending
   * @param pinned numbers that stay whatever their age
   * @param now commit time of the head
   */
  static List<KeptRoot> thin(List<KeptRoot> kept, Set<Long> pinned, long now, Retention retention) {
    Set<Bucket> seen = new HashSet<>();
    List<KeptRoot> stay = new ArrayList<>();
    for (int i = 0; i < kept.size(); i++) {
      KeptRoot root = kept.get(i);
      OptionalLong grain = grain(now - root.at(), retention);
      boolean first =
          grain.isPresent()
              && seen.add(
                  new Bucket(grain.getAsLong(), Math.floorDiv(root.at(), grain.getAsLong())));
      if (first || pinned.contains(root.number()) || i >= kept.size() - NEWEST) {
        stay.add(root);
      }
    }
    return limit(stay, pinned);
  }

  private static List<KeptRoot> limit(List<KeptRoot> stay, Set<Long> pinned) {
    int surplus = stay.size() - AT_MOST;
    List<KeptRoot> limited = new ArrayList<>();
    for (KeptRoot root : stay) {
      if (surplus > 0 && !pinned.contains(root.number())) {
        surplus--;
      } else {
        limited.add(root);
      }
    }
    return limited;
  }

  private static OptionalLong grain(long ageMillis, Retention retention) {
    if (ageMillis <= retention.keepAllFor().toMillis()) {
      return OptionalLong.of(SECOND.toMillis());
    }
    if (ageMillis <= MINUTE.multipliedBy(retention.perMinute()).toMillis()) {
      return OptionalLong.of(MINUTE.toMillis());
    }
    if (ageMillis <= HOUR.multipliedBy(retention.perHour()).toMillis()) {
      return OptionalLong.of(HOUR.toMillis());
    }
    if (ageMillis <= DAY.multipliedBy(retention.perDay()).toMillis()) {
      return OptionalLong.of(DAY.toMillis());
    }
    return OptionalLong.empty();
  }

  private record Bucket(long grain, long index) {}
}
