package io.basalt.storage.commit;

import io.basalt.storage.commit.Arbiter.Decided;
import io.basalt.storage.commit.Arbiter.Proposal;
import io.basalt.storage.root.Root;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The chain of roots as the arbiter's log decides it: the first proposal with a base wins, all
 * others with that base are void. Pure; fed with the records of the log in order.
 */
final class History {
  private final String storeId;
  private Tip tip;
  private long next;

  private History(String storeId, Tip tip, long next) {
    this.storeId = storeId;
    this.tip = tip;
    this.next = next;
  }

  /** Where to begin to read for a root: at the record that decided its parent. */
  static long start(Root root) {
    return Math.max(0, root.arbiter().offset());
  }

  /**
   * The history as it goes on from a root, checked against the log.
   *
   * @param log all records from {@link #start}
   * @throws ArbiterException if the log is not the one that made the root
   */
  static History of(Root root, List<Decided> log) throws ArbiterException {
    long offset = root.arbiter().offset();
    long start = start(root);
    if (root.arbiter().declared()) {
      History history = new History(root.storeId(), new Tip(root), start);
      history.advance(log);
      return history;
    }
    List<Decided> rest = log;
    if (offset >= 0) {
      if (log.isEmpty()
          || log.get(0).offset() != offset
          || !log.get(0).proposal().bodyId().equals(root.arbiter().recordId())) {
        throw new ArbiterException(
            ("the commits topic has no record of root %d at offset %d, where it was: the topic was"
                    + " cut or replaced; stop all jobs and run basalt repair-arbiter")
                .formatted(root.number() - 1, offset));
      }
      rest = log.subList(1, log.size());
    }
    Tip parent = new Tip(root.number() - 1, root.arbiter().recordId(), offset, Optional.empty());
    History history = new History(root.storeId(), parent, offset + 1);
    List<Decided> decided = history.advance(rest);
    if (decided.isEmpty() || !decided.get(0).proposal().bodyId().equals(root.bodyId())) {
      throw new ArbiterException(
          ("the commits topic does not say that root %d is %s: the topic was cut or replaced; stop"
                  + " all jobs and run basalt repair-arbiter")
              .formatted(root.number(), root.bodyId()));
    }
    return history;
  }

  /** The newest decided root. */
  Tip tip() {
    return tip;
  }

  /** The first offset not yet read. */
  long next() {
    return next;
  }

  /** Takes in further records and returns those that decided something. */
  List<Decided> advance(List<Decided> log) throws ArbiterException {
    List<Decided> decided = new ArrayList<>();
    for (Decided record : log) {
      Proposal proposal = record.proposal();
      if (record.offset() < next) {
        throw new IllegalStateException(
            "offset %d was read already; the next is %d".formatted(record.offset(), next));
      }
      next = record.offset() + 1;
      if (!proposal.storeId().equals(storeId)) {
        throw new ArbiterException(
            ("the commits topic belongs to store %s: give this store a topic of its own"
                    + " (kafka.topics.commits)")
                .formatted(proposal.storeId()));
      }
      if (proposal.base().equals(tip.bodyId())) {
        if (proposal.number() != tip.number() + 1) {
          throw new IllegalStateException(
              "root %d is proposed to follow root %d".formatted(proposal.number(), tip.number()));
        }
        tip = new Tip(proposal.number(), proposal.bodyId(), record.offset(), Optional.of(proposal));
        decided.add(record);
      }
    }
    return decided;
  }

  /**
   * A root that nothing in the log follows yet.
   *
   * @param offset of the record that decided it; -1 if it was declared
   * @param proposal what that record says; empty where it was not needed
   */
  record Tip(long number, String bodyId, long offset, Optional<Proposal> proposal) {
    Tip(Root declared) {
      this(declared.number(), declared.bodyId(), -1, Optional.empty());
    }
  }
}
