package io.basalt.storage.commit;

import io.basalt.storage.Crc32c;
import io.basalt.storage.commit.Arbiter.Decided;
import io.basalt.storage.commit.Arbiter.Proposal;
import io.basalt.storage.commit.History.Tip;
import io.basalt.storage.drive.DriveInfo;
import io.basalt.storage.root.ArbiterPoint;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.RootBuilder;
import io.basalt.storage.root.RootCodec;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Takes the store from one root to the next. One instance belongs to one thread and one attempt.
 *
 * <p>What a stop leaves behind, step by step:
 *
 * <ol>
 *   <li>while the body is written: parts of a body on some drives; no one refers to them
 *   <li>before or during the append: whole bodies, and perhaps the record. If the record won,
 *       whoever comes next finds it in the log and makes the root a fact; else the bodies are swept
 *   <li>while the body is linked: a decided root on some drives; whoever comes next completes it
 *   <li>after that: the root is final; the body's name is swept, the root's stays
 * </ol>
 */
public final class RootCommitter {
  private final RootFiles files;
  private final Arbiter arbiter;
  private final Attempt attempt;
  private final Clock clock;
  private final List<String> obsolete = new ArrayList<>();
  private History history;
  private Root head;
  private Pending pending;
  private int bodies;

  private RootCommitter(RootFiles files, Arbiter arbiter, Attempt attempt, Clock clock) {
    this.files = files;
    this.arbiter = arbiter;
    this.attempt = attempt;
    this.clock = clock;
  }

  /**
   * Finds the head, compares it with the arbiter's log, and finishes what was decided and not yet
   * linked.
   *
   * @throws ArbiterException if drives and log do not tell one history: in one sentence, why
   */
  public static RootCommitter open(RootFiles files, Arbiter arbiter, Attempt attempt, Clock clock)
      throws IOException, ArbiterException {
    RootCommitter committer = new RootCommitter(files, arbiter, attempt, clock);
    committer.start();
    return committer;
  }

  /**
   * Refuses what {@link #open} would refuse and changes nothing, for those who write before anyone
   * commits.
   *
   * @throws ArbiterException if drives and log do not tell one history: in one sentence, why
   */
  public static void check(RootFiles files, Arbiter arbiter, Attempt attempt, Clock clock)
      throws IOException, ArbiterException {
    new RootCommitter(files, arbiter, attempt, clock).begin();
  }

  /** The newest root that this committer knows; final. */
  public Root head() {
    return head;
  }

  public Attempt attempt() {
    return attempt;
  }

  /** Whether the head says that this committer came too late: it commits nothing more. */
  public boolean hasEnded() {
    return Succession.hasEnded(head, attempt);
  }

  /** Reads the log to its end and returns the head that it tells, final. */
  public Root refresh() throws IOException, ArbiterException {
    read();
    settle();
    return head;
  }

  /**
   * Commits a change to the newest head; a lost race applies it to the winner and tries again.
   *
   * @return the root that holds the change, final
   * @throws CommitConflictException if the head does not say what the change expects; nothing was
   *     committed
   * @throws CommitUnknownException if it may have been committed: call again with the same change,
   *     which proposes the same root again and ends with its outcome
   * @throws RootsFullException if nothing was proposed, for want of room
   * @throws IOException if nothing was proposed
   */
  public Root commit(Change change)
      throws CommitConflictException, CommitUnknownException, ArbiterException, IOException {
    if (pending != null) {
      Pending earlier = pending;
      boolean won = resolve();
      if (won && earlier.change == change) {
        return earlier.root;
      }
    }
    while (true) {
      settle();
      propose(change);
      Root proposed = pending.root;
      if (resolve()) {
        return proposed;
      }
    }
  }

  private void start() throws IOException, ArbiterException {
    RootFiles.Stored newest = begin();
    files.place(newest.root(), newest.bytes(), Set.of());
    head = newest.root();
    settle();
  }

  /** Reads the history from the newest root; changes nothing. */
  private RootFiles.Stored begin() throws IOException, ArbiterException {
    RootFiles.Stored newest = newest();
    while (!begin(newest.root())) {
      newest = newest();
    }
    return newest;
  }

  private RootFiles.Stored newest() throws IOException {
    return files.newest().orElseThrow(files::noRoot);
  }

  /** Reads the history from a root; false if it was overtaken and the log trimmed meanwhile. */
  private boolean begin(Root root) throws IOException, ArbiterException {
    if (!root.storeId().equals(files.storeId())) {
      throw new ArbiterException(
          "root %d belongs to store %s, the drives to %s: mount the right drives"
              .formatted(root.number(), root.storeId(), files.storeId()));
    }
    ArbiterPoint point = root.arbiter();
    if (point.bound() && !point.clusterId().equals(arbiter.clusterId())) {
      throw new ArbiterException(
          ("the store was committed through Kafka cluster %s and this is %s: correct"
                  + " kafka.bootstrap, or stop all jobs and run basalt repair-arbiter")
              .formatted(point.clusterId(), arbiter.clusterId()));
    }
    if (point.bound() && !point.topicId().equals(arbiter.topicId())) {
      throw new ArbiterException(
          ("the store was committed through the commits topic with id %s and this one is %s: it was"
                  + " made anew; stop all jobs and run basalt repair-arbiter")
              .formatted(point.topicId(), arbiter.topicId()));
    }
    try {
      history = History.of(root, arbiter.readFrom(History.start(root)));
      return true;
    } catch (ArbiterException gap) {
      if (isOvertaken(root.number())) {
        return false;
      }
      throw gap;
    }
  }

  private boolean isOvertaken(long number) throws IOException {
    return newest().root().number() > number;
  }

  /** Makes the newest decided root a fact, whoever proposed it, and the head. */
  private void settle() throws IOException, ArbiterException {
    while (!head.bodyId().equals(history.tip().bodyId())) {
      Tip tip = history.tip();
      Proposal proposal =
          tip.proposal().orElseThrow(() -> new IllegalStateException("a tip above the head"));
      Optional<byte[]> bytes = files.find(proposal);
      if (bytes.isPresent()) {
        Root root = RootCodec.decode(bytes.get(), "the root drives", proposal.bodyId());
        files.place(root, bytes.get(), Set.of());
        head = root;
      } else {
        requireOvertaken(tip);
      }
    }
  }

  /** A decided root that nobody holds is in order only where others went on and thinned it away. */
  private void requireOvertaken(Tip tip) throws IOException, ArbiterException {
    read();
    if (history.tip().equals(tip)) {
      throw new ArbiterException(
          ("root %d was decided at offset %d of the commits topic and its body is on no drive that"
                  + " answers (missing: %s): bring the drives back, or stop all jobs and run basalt"
                  + " repair-arbiter")
              .formatted(tip.number(), tip.offset(), files.missingDrives()));
    }
  }

  private void propose(Change change) throws CommitConflictException, IOException {
    RootBuilder next = new RootBuilder(head);
    next.drives(JobDrives.joined(head, files.answering()));
    change.apply(next);
    String bodyId = attempt + "-" + bodies++;
    Root root =
        next.build(
            head.number() + 1,
            bodyId,
            attempt.toString(),
            clock.millis(),
            new ArbiterPoint(
                arbiter.clusterId(), arbiter.topicId(), history.tip().offset(), head.bodyId()));
    Succession.check(head, root, attempt);
    byte[] bytes = RootCodec.encode(root);
    Set<DriveInfo> on = files.writeBody(bodyId, bytes, obsolete);
    obsolete.clear();
    Proposal proposal =
        new Proposal(
            root.storeId(), head.bodyId(), root.number(), bodyId, Crc32c.of(bytes), root.attempt());
    pending = new Pending(change, root, bytes, on, proposal);
  }

  /** Whether the pending proposal won; then it is final. Afterwards nothing is pending. */
  private boolean resolve() throws CommitUnknownException, ArbiterException {
    try {
      if (pending.outcome == Outcome.UNKNOWN) {
        decide();
      }
      boolean won = pending.outcome == Outcome.WON;
      if (won && history.tip().bodyId().equals(pending.root.bodyId())) {
        files.place(pending.root, pending.bytes, pending.on);
        head = pending.root;
      }
      // Others go on only from a final root, so one that is no longer the tip needs nothing more.
      if (won) {
        obsolete.add(pending.root.bodyId());
      } else {
        files.deleteBody(pending.root.bodyId());
      }
      pending = null;
      return won;
    } catch (IOException e) {
      throw new CommitUnknownException(
          "whether root %d was committed is not known: %s"
              .formatted(pending.root.number(), e.getMessage()),
          e);
    }
  }

  private void decide() throws IOException, ArbiterException {
    Proposal proposal = pending.proposal;
    if (pending.appended) {
      // An append that failed may still have reached the log.
      read();
    }
    if (pending.outcome == Outcome.UNKNOWN) {
      pending.appended = true;
      long offset = arbiter.append(proposal);
      if (offset < history.next()) {
        throw new ArbiterException(
            ("the commits topic gave offset %d after %d: it was cut or replaced; stop all jobs and"
                    + " run basalt repair-arbiter")
                .formatted(offset, history.next() - 1));
      }
      read();
      if (history.next() <= offset) {
        throw new IOException("the commits topic was not read up to offset " + offset);
      }
      if (pending.outcome == Outcome.UNKNOWN) {
        throw new IllegalStateException("offset " + offset + " decided nothing, nor did another");
      }
    }
  }

  private void read() throws IOException, ArbiterException {
    for (Decided each : history.advance(unread())) {
      if (pending != null && each.proposal().base().equals(pending.proposal.base())) {
        pending.outcome =
            each.proposal().bodyId().equals(pending.proposal.bodyId()) ? Outcome.WON : Outcome.LOST;
      }
    }
  }

  private List<Decided> unread() throws IOException, ArbiterException {
    try {
      return arbiter.readFrom(history.next());
    } catch (ArbiterException gap) {
      if (isOvertaken(history.tip().number())) {
        throw new ArbiterException(
            "the commits topic was trimmed while attempt %s slept, which knows root %d: start a new attempt"
                .formatted(attempt, history.tip().number()));
      }
      throw gap;
    }
  }

  private enum Outcome {
    UNKNOWN,
    WON,
    LOST
  }

  /** A body that was written, until it is known what became of it. */
  private static final class Pending {
    private final Change change;
    private final Root root;
    private final byte[] bytes;
    private final Set<DriveInfo> on;
    private final Proposal proposal;
    private boolean appended;
    private Outcome outcome = Outcome.UNKNOWN;

    private Pending(Change change, Root root, byte[] bytes, Set<DriveInfo> on, Proposal proposal) {
      this.change = change;
      this.root = root;
      this.bytes = bytes;
      this.on = on;
      this.proposal = proposal;
    }
  }
}
