package io.basalt.storage.commit;

import io.basalt.storage.config.StoreConfig.Retention;
import io.basalt.storage.root.Root.KeptRoot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Which earlier roots stay. Pure; age is measured by the commit times of roots, which never fall,
 * and {@code now} is the commit time of the head. What a pin or a tag holds stays whatever its age.
 *
 * <p>{@link #thin} keeps the list short while roots come fast: it goes no further than to one root
 * a second. {@link #expire} is the retention policy: all of these up to an age, then the first of
 * each minute, hour and day.
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
   * The last 64 and the first of each second before. Of more than {@link #AT_MOST} the oldest go:
   * first those that the policy does not ask for.
   *
   * @param kept ascending
   * @param held numbers that stay
   */
  static List<KeptRoot> thin(List<KeptRoot> kept, Set<Long> held, long now, Retention retention) {
    Set<Long> seconds = new HashSet<>();
    List<KeptRoot> stay = new ArrayList<>();
    for (int i = 0; i < kept.size(); i++) {
      KeptRoot root = kept.get(i);
      boolean first = seconds.add(Math.floorDiv(root.at(), SECOND.toMillis()));
      if (first || i >= kept.size() - NEWEST || held.contains(root.number())) {
        stay.add(root);
      }
    }
    if (stay.size() > AT_MOST) {
      Set<KeptRoot> wanted = new HashSet<>(expire(stay, held, now, retention));
      stay = withoutOldest(stay, root -> !wanted.contains(root));
    }
    return withoutOldest(stay, root -> !held.contains(root.number()));
  }

  /** As many of the oldest that may go as are more than {@link #AT_MOST}. */
  private static List<KeptRoot> withoutOldest(List<KeptRoot> roots, Predicate<KeptRoot> mayGo) {
    int surplus = roots.size() - AT_MOST;
    List<KeptRoot> left = new ArrayList<>();
    for (KeptRoot root : roots) {
      if (surplus > 0 && mayGo.test(root)) {
        surplus--;
      } else {
        left.add(root);
      }
    }
    return left;
  }

  /**
   * What the retention policy asks for.
   *
   * @param kept ascending
   * @param held numbers that stay
   */
  static List<KeptRoot> expire(List<KeptRoot> kept, Set<Long> held, long now, Retention retention) {
    Set<Bucket> seen = new HashSet<>();
    List<KeptRoot> stay = new ArrayList<>();
    for (KeptRoot root : kept) {
      long age = now - root.at();
      OptionalLong grain = grain(age, retention);
      boolean first =
          grain.isPresent()
              && seen.add(
                  new Bucket(grain.getAsLong(), Math.floorDiv(root.at(), grain.getAsLong())));
      boolean young = age <= retention.keepAllFor().toMillis();
      if (young || first || held.contains(root.number())) {
        stay.add(root);
      }
    }
    return stay;
  }

  private static OptionalLong grain(long ageMillis, Retention retention) {
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
