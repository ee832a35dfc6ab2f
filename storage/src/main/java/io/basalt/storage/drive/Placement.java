package io.basalt.storage.drive;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/** Chooses drives for the copies of one thing. Pure: drives, space and chance come in. */
public final class Placement {
  private Placement() {}

  /** A drive that may be chosen, and the bytes it has free. */
  public record Candidate(String drive, String enclosure, long freeBytes) {}

  /**
   * Two drives of different enclosures, at random, each pair weighted by the free space of its
   * fuller half, so that no drive fills long before the others. Empty if no such pair has {@code
   * bytes} free on both.
   */
  public static Optional<List<String>> pair(
      List<Candidate> candidates, long bytes, RandomGenerator random) {
    List<Pair> pairs = new ArrayList<>();
    double total = 0;
    for (int i = 0; i < candidates.size(); i++) {
      for (int j = i + 1; j < candidates.size(); j++) {
        Pair pair = new Pair(candidates.get(i), candidates.get(j));
        if (pair.apart() && pair.freeBytes() >= bytes) {
          pairs.add(pair);
          total += pair.weight();
        }
      }
    }
    if (pairs.isEmpty()) {
      return Optional.empty();
    }
    double at = random.nextDouble() * total;
    int chosen = 0;
    while (chosen < pairs.size() - 1 && at >= pairs.get(chosen).weight()) {
      at -= pairs.get(chosen).weight();
      chosen++;
    }
    return Optional.of(pairs.get(chosen).drives(random));
  }

  /**
   * Up to {@code copies} drives with {@code bytes} free, preferring the order of the list, first
   * one of each enclosure and only then, where enclosures may be shared, further ones.
   */
  public static List<String> spread(
      List<Candidate> preferred, long bytes, int copies, Sharing sharing) {
    List<String> chosen = new ArrayList<>();
    Set<String> enclosures = new HashSet<>();
    for (Candidate candidate : preferred) {
      if (chosen.size() < copies
          && candidate.freeBytes() >= bytes
          && enclosures.add(candidate.enclosure())) {
        chosen.add(candidate.drive());
      }
    }
    if (sharing == Sharing.ALLOWED) {
      for (Candidate candidate : preferred) {
        if (chosen.size() < copies
            && candidate.freeBytes() >= bytes
            && !chosen.contains(candidate.drive())) {
          chosen.add(candidate.drive());
        }
      }
    }
    return chosen;
  }

  /**
   * Distinct drives for the strips of a stripe, each with {@code bytes} free: as evenly over the
   * enclosures as these allow, and within an enclosure at random, weighted by free space. In random
   * order, so that data and parity take turns on all drives. Empty if there are too few.
   */
  public static Optional<List<String>> strips(
      List<Candidate> candidates, long bytes, int strips, RandomGenerator random) {
    Map<String, List<Candidate>> left = new TreeMap<>();
    candidates.stream()
        .filter(candidate -> candidate.freeBytes() >= bytes)
        .forEach(c -> left.computeIfAbsent(c.enclosure(), e -> new ArrayList<>()).add(c));
    List<String> chosen = new ArrayList<>();
    while (!left.isEmpty() && chosen.size() < strips) {
      // One drive of each enclosure in turns; the last turn takes the enclosures with most room.
      List<List<Candidate>> turn = new ArrayList<>(left.values());
      turn.sort(Comparator.comparingLong(Placement::freeBytes).reversed());
      for (List<Candidate> enclosure : turn) {
        if (chosen.size() < strips) {
          chosen.add(takeWeighted(enclosure, random).drive());
        }
      }
      left.values().removeIf(List::isEmpty);
    }
    for (int last = chosen.size() - 1; last > 0; last--) {
      Collections.swap(chosen, last, random.nextInt(last + 1));
    }
    return chosen.size() < strips ? Optional.empty() : Optional.of(chosen);
  }

  private static long freeBytes(List<Candidate> enclosure) {
    return enclosure.stream().mapToLong(Candidate::freeBytes).sum();
  }

  private static Candidate takeWeighted(List<Candidate> from, RandomGenerator random) {
    double at = random.nextDouble() * from.stream().mapToDouble(Placement::weight).sum();
    int chosen = 0;
    while (chosen < from.size() - 1 && at >= weight(from.get(chosen))) {
      at -= weight(from.get(chosen));
      chosen++;
    }
    return from.remove(chosen);
  }

  /** At least 1, so that a full drive can be chosen for what needs no space. */
  private static double weight(Candidate candidate) {
    return Math.max(1, candidate.freeBytes());
  }

  /** Whether several copies may stand in one enclosure once each enclosure has one. */
  public enum Sharing {
    ALLOWED,
    REFUSED
  }

  private record Pair(Candidate one, Candidate other) {
    boolean apart() {
      return !one.enclosure().equals(other.enclosure());
    }

    long freeBytes() {
      return Math.min(one.freeBytes(), other.freeBytes());
    }

    /** At least 1, so that a pair without need of space can be chosen too. */
    double weight() {
      return Math.max(1, freeBytes());
    }

    List<String> drives(RandomGenerator random) {
      return random.nextBoolean()
          ? List.of(one.drive(), other.drive())
          : List.of(other.drive(), one.drive());
    }
  }
}
