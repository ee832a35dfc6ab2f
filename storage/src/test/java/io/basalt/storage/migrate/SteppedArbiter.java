package io.basalt.storage.migrate;

import io.basalt.storage.commit.Arbiter;
import io.basalt.storage.commit.ArbiterException;
import java.io.IOException;
import java.util.List;

/** An arbiter that runs a step before each call that asks the log. */
final class SteppedArbiter implements Arbiter {
  private final Arbiter arbiter;
  private final Runnable before;

  SteppedArbiter(Arbiter arbiter, Runnable before) {
    this.arbiter = arbiter;
    this.before = before;
  }

  @Override
  public String clusterId() {
    return arbiter.clusterId();
  }

  @Override
  public String topicId() {
    return arbiter.topicId();
  }

  @Override
  public long append(Proposal proposal) throws IOException {
    before.run();
    return arbiter.append(proposal);
  }

  @Override
  public List<Decided> readFrom(long offset) throws IOException, ArbiterException {
    before.run();
    return arbiter.readFrom(offset);
  }

  @Override
  public void close() {
    arbiter.close();
  }
}
