package io.basalt.storage.commit;

import io.basalt.storage.drive.SimulatedCrash;
import java.io.IOException;
import java.util.List;

/** An arbiter whose user stops before or after one of its calls. */
public final class SteppedArbiter implements Arbiter {
  private final Arbiter log;
  private final long stop;
  private long steps;

  /**
   * Stops at a step, counted from 1: before and after an append, before a read.
   *
   * @param log is asked
   */
  public SteppedArbiter(Arbiter log, long stop) {
    this.log = log;
    this.stop = stop;
  }

  /** Steps so far. */
  public long steps() {
    return steps;
  }

  private void step() {
    if (++steps == stop) {
      throw new SimulatedCrash(0);
    }
  }

  @Override
  public String clusterId() {
    return log.clusterId();
  }

  @Override
  public String topicId() {
    return log.topicId();
  }

  @Override
  public long append(Proposal proposal) throws IOException {
    step();
    long offset = log.append(proposal);
    step();
    return offset;
  }

  @Override
  public List<Decided> readFrom(long offset) throws IOException, ArbiterException {
    step();
    return log.readFrom(offset);
  }

  @Override
  public void close() {
    log.close();
  }
}
