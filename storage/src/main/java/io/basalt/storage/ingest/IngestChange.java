package io.basalt.storage.ingest;

import io.basalt.storage.commit.Attempt;
import io.basalt.storage.commit.Change;
import io.basalt.storage.commit.CommitConflictException;
import io.basalt.storage.root.Incarnation;
import io.basalt.storage.root.Position;
import io.basalt.storage.root.Root.LiveAttempt;
import io.basalt.storage.root.RootBuilder;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Tail;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Makes flushes part of a root: their tails appear and the positions move on, together. The first
 * commit of an ingest attempt ends all earlier ingest attempts and seals their open segments where
 * they were committed; an attempt that was ended can commit no more.
 *
 * @param committer attempt of the committer
 * @param flushed in the order in which each writer made them
 * @param published the uploads that these flushes publish
 * @param own all attempts of this run of the job: the committer's and its writers'
 * @param incarnation the write topic, where it is new to the store
 * @param rejects end offset of the rejects topic, at or above every reject of these flushes
 * @param rejectsTopicId Kafka's id of the rejects topic
 */
public record IngestChange(
    Attempt committer,
    List<Flushed> flushed,
    List<Published> published,
    Set<String> own,
    Optional<Incarnation> incarnation,
    long rejects,
    String rejectsTopicId)
    implements Change {
  /** The kind of live attempt that ingest makes. */
  public static final String KIND = "ingest";

  public IngestChange {
    flushed = List.copyOf(flushed);
    published = List.copyOf(published);
    own = Set.copyOf(own);
    if (!own.contains(committer.toString())) {
      throw new IllegalArgumentException("attempt " + committer + " is not among its own " + own);
    }
    for (Flushed flush : flushed) {
      if (!own.contains(flush.attempt())) {
        throw new IllegalArgumentException(
            "a flush of attempt " + flush.attempt() + ", which is not among " + own);
      }
    }
  }

  /** A change that publishes no upload. */
  public IngestChange(
      Attempt committer,
      List<Flushed> flushed,
      Set<String> own,
      Optional<Incarnation> incarnation,
      long rejects,
      String rejectsTopicId) {
    this(committer, flushed, List.of(), own, incarnation, rejects, rejectsTopicId);
  }

  @Override
  public void apply(RootBuilder next) throws CommitConflictException {
    if (isLive(next, committer.toString())) {
      register(next);
    } else {
      takeOver(next);
    }
    if (incarnation.isPresent()) {
      begin(next, incarnation.get());
    }
    for (Flushed flush : flushed) {
      for (Range range : flush.ranges()) {
        advance(next, range);
      }
      for (Tail tail : flush.tails()) {
        extend(next, tail, flush.attempt());
      }
    }
    for (Published each : published) {
      publish(next, each);
    }
    next.rejectsTopicId(rejectsTopicId);
  }

  /** Either compaction learns of the publish and keeps the parts, or the publish of their loss. */
  private static void publish(RootBuilder next, Published published)
      throws CommitConflictException {
    if (next.uploads().mayHaveDropped(published.oldest(), published.seenAt())) {
      throw new CommitConflictException(
          "an upload begun at %s is published by what root %d had of it, and root %d dropped uploads: look again"
              .formatted(
                  published.oldest(), published.seenAt(), next.uploads().droppedAfter() + 1));
    }
    next.uploads(next.uploads().with(published.oldest()));
  }

  private static boolean isLive(RootBuilder next, String attempt) {
    return next.attempts().stream().anyMatch(live -> live.id().equals(attempt));
  }

  /** Writers that were not known yet when this attempt first committed. */
  private void register(RootBuilder next) {
    List<LiveAttempt> attempts = new ArrayList<>(next.attempts());
    own.stream()
        .sorted()
        .filter(id -> !isLive(next, id))
        .forEach(id -> attempts.add(new LiveAttempt(id, KIND)));
    next.attempts(attempts);
  }

  private void takeOver(RootBuilder next) throws CommitConflictException {
    for (LiveAttempt live : next.attempts()) {
      // One that started later has taken over already, unless it belongs to the same run.
      if (live.kind().equals(KIND)
          && !own.contains(live.id())
          && Attempt.parse(live.id()).head() >= committer.head()) {
        throw new CommitConflictException(
            "ingest attempt %s was ended by %s: start a new attempt"
                .formatted(committer, live.id()));
      }
    }
    next.attempts(next.attempts().stream().filter(live -> !live.kind().equals(KIND)).toList());
    register(next);
    next.tails(
        next.tails().stream()
            .map(t -> own.contains(t.attempt()) ? t : new Tail(t.location(), t.attempt(), true))
            .toList());
  }

  private static void begin(RootBuilder next, Incarnation started) throws CommitConflictException {
    List<Incarnation> known = next.incarnations();
    if (known.contains(started)) {
      return;
    }
    if (started.number() != known.size() + 1) {
      throw new CommitConflictException(
          "incarnation %d of the write topic cannot follow %d others"
              .formatted(started.number(), known.size()));
    }
    List<Incarnation> all = new ArrayList<>(known);
    all.add(started);
    next.incarnations(all);
  }

  /** Moves a position on; an empty range makes a first one, where the partition begins. */
  private void advance(RootBuilder next, Range range) throws CommitConflictException {
    Incarnation newest =
        next.incarnations().stream()
            .reduce((a, b) -> b)
            .orElseThrow(
                () -> new IllegalStateException("a range before the first incarnation: " + range));
    if (range.incarnation() != newest.number() || range.partition() >= newest.partitions()) {
      throw new CommitConflictException(
          "%s is not of the newest write topic, incarnation %d with %d partitions"
              .formatted(range, newest.number(), newest.partitions()));
    }
    List<Position> positions = new ArrayList<>();
    for (Position position : next.positions()) {
      if (position.incarnation() != range.incarnation()
          || position.partition() != range.partition()) {
        positions.add(position);
      } else if (position.next() != range.from()) {
        throw new CommitConflictException(
            "partition %d is applied up to %d, not %d: start from the root's positions"
                .formatted(range.partition(), position.next(), range.from()));
      } else if (range.from() == range.next()) {
        // It says where the partition begins, and that is known.
        return;
      }
    }
    positions.add(
        new Position(
            range.incarnation(), range.partition(), range.next(), range.leaderEpoch(), rejects));
    positions.sort(
        Comparator.comparingInt(Position::incarnation).thenComparingInt(Position::partition));
    next.positions(positions);
  }

  private static void extend(RootBuilder next, Tail tail, String attempt)
      throws CommitConflictException {
    if (!tail.attempt().equals(attempt)) {
      throw new IllegalStateException("attempt " + attempt + " flushed " + tail);
    }
    Map<String, Tail> tails = new LinkedHashMap<>();
    next.tails().forEach(each -> tails.put(each.location().segment(), each));
    Tail before = tails.get(tail.location().segment());
    if (before != null && !grows(before, tail)) {
      throw new CommitConflictException(
          "segment %s was committed beyond this flush, or sealed: %s, then %s"
              .formatted(tail.location().segment(), before, tail));
    }
    tails.put(tail.location().segment(), tail);
    next.tails(List.copyOf(tails.values()));
  }

  private static boolean grows(Tail before, Tail tail) {
    SegmentLocation from = before.location();
    SegmentLocation to = tail.location();
    return !before.sealed()
        && from.size() == to.size()
        && new HashSet<>(from.mirrors()).equals(new HashSet<>(to.mirrors()))
        && from.dataEnd() <= to.dataEnd()
        && from.indexStart() >= to.indexStart();
  }
}
