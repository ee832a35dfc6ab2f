package io.basalt.kafka;

import io.basalt.storage.root.Incarnation;
import io.basalt.storage.root.Position;
import io.basalt.storage.root.Root;
import java.io.Serializable;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * That an operator accepts what Kafka has lost: what it had lost when the operator said so, and
 * nothing later. A loss moves the store on, to the next incarnation or past a gap; so an acceptance
 * that remembers where the store was holds through restarts until then, and never for a second
 * loss.
 *
 * @param incarnation newest incarnation of the store; 0 accepts nothing
 * @param next for each partition, the offset that the store would go on from
 */
public record Acceptance(int incarnation, Map<Integer, Long> next) implements Serializable {
  private static final long serialVersionUID = 1;

  public static final Acceptance NONE = new Acceptance(0, Map.of());

  public Acceptance {
    next = Map.copyOf(next);
  }

  /** Accepts what is lost as long as the store stands where this head says. */
  public static Acceptance of(Root head) {
    Optional<Incarnation> newest = StartPlan.newest(head);
    if (newest.isEmpty()) {
      return NONE;
    }
    Map<Integer, Long> next = new TreeMap<>();
    for (Position position : head.positions()) {
      StartPlan.position(head, newest.get(), position.partition())
          .ifPresent(last -> next.put(last.partition(), last.next()));
    }
    return new Acceptance(newest.get().number(), next);
  }

  /** Whether the topic may be replaced, cut or given other partitions. */
  boolean covers(Incarnation last) {
    return incarnation == last.number();
  }

  /** Whether offsets that follow this position may be missing. */
  boolean covers(Position position) {
    Long accepted = next.get(position.partition());
    return accepted != null && accepted == position.next();
  }
}
