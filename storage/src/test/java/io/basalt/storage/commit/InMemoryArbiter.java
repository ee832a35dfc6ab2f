package io.basalt.storage.commit;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * An arbiter without Kafka, for tests: handles of several processes on one log. A fault that was
 * asked for strikes the handle's next call, once.
 */
public final class InMemoryArbiter implements Arbiter {
  private final Log log;
  private final String clusterId;
  private final String topicId;
  private Fault fault = Fault.NONE;

  private InMemoryArbiter(Log log) {
    this.log = log;
    this.clusterId = log.clusterId;
    this.topicId = log.topicId;
  }

  /** What goes wrong with the next call. */
  public enum Fault {
    NONE,
    /** The append fails and the record is not in the log. */
    APPEND_LOST,
    /** The append fails and the record is in the log. */
    APPEND_UNKNOWN,
    /** The read fails. */
    READ
  }

  /** The log that all handles share. */
  public static final class Log {
    private final String clusterId;
    private final String topicId;
    private final List<Decided> records = new ArrayList<>();
    private long start;

    public Log(String clusterId, String topicId) {
      this.clusterId = clusterId;
      this.topicId = topicId;
    }

    public InMemoryArbiter handle() {
      return new InMemoryArbiter(this);
    }

    public synchronized List<Decided> records() {
      return List.copyOf(records);
    }

    /** The same log again, that goes on by itself. */
    public synchronized Log copy() {
      Log copy = new Log(clusterId, topicId);
      copy.records.addAll(records);
      copy.start = start;
      return copy;
    }

    /** Deletes the records below an offset. */
    public synchronized void trim(long offset) {
      records.removeIf(record -> record.offset() < offset);
      start = Math.max(start, offset);
    }

    /** Loses the records from an offset on, as a log that is cut. */
    public synchronized void cut(long offset) {
      records.removeIf(record -> record.offset() >= offset);
    }

    private synchronized long append(Proposal proposal) {
      long offset = records.isEmpty() ? start : records.get(records.size() - 1).offset() + 1;
      records.add(new Decided(offset, proposal));
      return offset;
    }

    private synchronized List<Decided> from(long offset) throws ArbiterException {
      if (offset < start) {
        throw new ArbiterException(
            "the commits topic begins at offset %d and %d is needed".formatted(start, offset));
      }
      return records.stream().filter(record -> record.offset() >= offset).toList();
    }
  }

  public void fail(Fault next) {
    fault = next;
  }

  @Override
  public String clusterId() {
    return clusterId;
  }

  @Override
  public String topicId() {
    return topicId;
  }

  @Override
  public long append(Proposal proposal) throws IOException {
    Fault now = strike(Fault.READ);
    if (now == Fault.APPEND_LOST) {
      throw new IOException("the append was lost");
    }
    long offset = log.append(proposal);
    if (now == Fault.APPEND_UNKNOWN) {
      throw new IOException("no answer to the append");
    }
    return offset;
  }

  @Override
  public List<Decided> readFrom(long offset) throws IOException, ArbiterException {
    if (fault == Fault.READ) {
      fault = Fault.NONE;
      throw new IOException("no answer to the read");
    }
    return log.from(offset);
  }

  private Fault strike(Fault other) {
    Fault now = fault;
    if (now != other) {
      fault = Fault.NONE;
    }
    return now;
  }

  @Override
  public void close() {}
}
