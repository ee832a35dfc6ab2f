package io.basalt.storage.verify;

import io.basalt.storage.tree.Event;

/**
 * Some events, as their number and a sum of hashes: two totals that are equal are of the same
 * events.
 */
record Total(long events, long hashes) {
  static final Total NONE = new Total(0, 0);

  /** One event. */
  static Total of(Event event) {
    return new Total(1, hash(event));
  }

  Total plus(Total other) {
    return new Total(events + other.events, hashes + other.hashes);
  }

  /** The finalizer of SplitMix64 (Steele, Lea and Flood, 2014) spreads what hashCode adds up. */
  private static long hash(Event event) {
    long mixed = event.hashCode() + 0x9e3779b97f4a7c15L * event.version().offset();
    mixed = (mixed ^ (mixed >>> 30)) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
    return mixed ^ (mixed >>> 31);
  }
}
