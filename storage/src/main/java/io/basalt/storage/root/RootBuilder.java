package io.basalt.storage.root;

import io.basalt.storage.drive.DriveInfo;
import io.basalt.storage.root.Root.KeptRoot;
import io.basalt.storage.root.Root.LiveAttempt;
import io.basalt.storage.root.Root.Pin;
import io.basalt.storage.root.Root.Tag;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Edits the successor of a root. Starts as a copy of its base, with the base among the kept roots;
 * a setter replaces a whole list. One instance belongs to one thread.
 */
public final class RootBuilder {
  private final Root base;
  private List<Incarnation> incarnations;
  private List<Position> positions;
  private List<DriveInfo> drives;
  private List<LiveAttempt> attempts;
  private List<Tail> tails;
  private List<RunRef> runs;
  private Optional<TreeTop> tree;
  private List<FileRef> locationMap;
  private List<KeptRoot> kept;
  private List<Pin> pins;
  private Optional<CopyRef> copy;
  private List<Tag> tags;
  private Uploads uploads;
  private String rejectsTopicId;
  private long floor;

  public RootBuilder(Root base) {
    this.base = base;
    this.incarnations = base.incarnations();
    this.positions = base.positions();
    this.drives = base.drives();
    this.attempts = base.attempts();
    this.tails = base.tails();
    this.runs = base.runs();
    this.tree = base.tree();
    this.locationMap = base.locationMap();
    this.kept =
        Stream.concat(base.kept().stream(), Stream.of(new KeptRoot(base.number(), base.at())))
            .toList();
    this.pins = base.pins();
    this.copy = base.copy();
    this.tags = base.tags();
    this.uploads = base.uploads();
    this.rejectsTopicId = base.rejectsTopicId();
    this.floor = base.floor();
  }

  /** The root that is being followed. */
  public Root base() {
    return base;
  }

  public List<Incarnation> incarnations() {
    return incarnations;
  }

  public RootBuilder incarnations(List<Incarnation> incarnations) {
    this.incarnations = List.copyOf(incarnations);
    return this;
  }

  public List<Position> positions() {
    return positions;
  }

  public RootBuilder positions(List<Position> positions) {
    this.positions = List.copyOf(positions);
    return this;
  }

  public List<DriveInfo> drives() {
    return drives;
  }

  public RootBuilder drives(List<DriveInfo> drives) {
    this.drives = List.copyOf(drives);
    return this;
  }

  public List<LiveAttempt> attempts() {
    return attempts;
  }

  public RootBuilder attempts(List<LiveAttempt> attempts) {
    this.attempts = List.copyOf(attempts);
    return this;
  }

  public List<Tail> tails() {
    return tails;
  }

  public RootBuilder tails(List<Tail> tails) {
    this.tails = List.copyOf(tails);
    return this;
  }

  public List<RunRef> runs() {
    return runs;
  }

  public RootBuilder runs(List<RunRef> runs) {
    this.runs = List.copyOf(runs);
    return this;
  }

  public Optional<TreeTop> tree() {
    return tree;
  }

  public RootBuilder tree(Optional<TreeTop> tree) {
    this.tree = tree;
    return this;
  }

  public List<FileRef> locationMap() {
    return locationMap;
  }

  public RootBuilder locationMap(List<FileRef> locationMap) {
    this.locationMap = List.copyOf(locationMap);
    return this;
  }

  public List<KeptRoot> kept() {
    return kept;
  }

  public RootBuilder kept(List<KeptRoot> kept) {
    this.kept = List.copyOf(kept);
    return this;
  }

  public List<Pin> pins() {
    return pins;
  }

  public RootBuilder pins(List<Pin> pins) {
    this.pins = List.copyOf(pins);
    return this;
  }

  public Optional<CopyRef> copy() {
    return copy;
  }

  public RootBuilder copy(Optional<CopyRef> copy) {
    this.copy = copy;
    return this;
  }

  public List<Tag> tags() {
    return tags;
  }

  public RootBuilder tags(List<Tag> tags) {
    this.tags = List.copyOf(tags);
    return this;
  }

  /** The kept roots that a pin or a tag holds, by number. */
  public Set<Long> held() {
    return Root.held(pins, tags);
  }

  public Uploads uploads() {
    return uploads;
  }

  public RootBuilder uploads(Uploads uploads) {
    this.uploads = uploads;
    return this;
  }

  public String rejectsTopicId() {
    return rejectsTopicId;
  }

  public RootBuilder rejectsTopicId(String rejectsTopicId) {
    this.rejectsTopicId = rejectsTopicId;
    return this;
  }

  public long floor() {
    return floor;
  }

  public RootBuilder floor(long floor) {
    this.floor = floor;
    return this;
  }

  /** The successor; {@code at} is raised to the base's time where the clock jumped back. */
  public Root build(long number, String bodyId, String attempt, long at, ArbiterPoint arbiter) {
    if (number <= base.number()) {
      throw new IllegalArgumentException("root " + number + " cannot follow " + base.number());
    }
    if (floor < base.floor()) {
      throw new IllegalStateException(
          "the floor never falls: " + base.floor() + " to " + floor + " in root " + number);
    }
    return new Root(
        base.storeId(),
        base.store(),
        number,
        bodyId,
        attempt,
        Math.max(at, base.at()),
        arbiter,
        incarnations,
        positions,
        rejectsTopicId,
        drives,
        floor,
        attempts,
        tails,
        runs,
        tree,
        locationMap,
        kept,
        pins,
        copy,
        tags,
        uploads);
  }
}
