package io.basalt.storage.ingest;

import io.basalt.storage.commit.Change;
import io.basalt.storage.commit.CommitConflictException;
import io.basalt.storage.root.Position;
import io.basalt.storage.root.RootBuilder;
import java.util.ArrayList;
import java.util.List;

/**
 * Moves one position forward to where Kafka's log still begins, because an operator accepts that
 * the records in between are lost. A log that ends before the position needs the next incarnation
 * instead: its offsets would be used twice.
 *
 * @param expected the position as the operator's decision knows it
 * @param next where the log begins now
 */
public record AcceptLoss(Position expected, long next) implements Change {
  public AcceptLoss {
    if (next <= expected.next()) {
      throw new IllegalArgumentException("position " + expected + " cannot move to " + next);
    }
  }

  @Override
  public void apply(RootBuilder builder) throws CommitConflictException {
    List<Position> positions = new ArrayList<>(builder.positions());
    int at = positions.indexOf(expected);
    if (at < 0) {
      throw new CommitConflictException("a position is no longer " + expected);
    }
    positions.set(
        at,
        new Position(expected.incarnation(), expected.partition(), next, -1, expected.rejects()));
    builder.positions(positions);
  }
}
