package io.basalt.storage.run;

import io.basalt.storage.commit.Attempt;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.Root.Pin;
import io.basalt.storage.root.RunRef;
import io.basalt.storage.root.TreeTop;
import io.basalt.storage.table.EncodedTable;
import io.basalt.storage.table.TableWriter;
import io.basalt.storage.tree.Covered;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.MergedEvents;
import io.basalt.storage.tree.PathRange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Merges small runs into larger ones between compactions, so that a reader meets few of them. Runs
 * are grouped by size, each group eight times as large as the one before; a full group becomes one
 * run of the next. So an event is merged a few times at most, and there are at most a few times
 * eight runs besides those that are large. One instance per attempt and thread; it may work beside
 * commits, since {@link RunMergeChange} holds only against a root that still has these runs.
 *
 * <p>Crash argument: a stop before the commit leaves a run that no root names, which the sweep of
 * the attempt deletes; a stop after it leaves the change done.
 */
public final class RunMerger {
  private final MirroredFiles files;
  private final Attempt attempt;
  private final Policy policy;
  private final Roots roots;
  private long sequence;

  /**
   * When runs are merged.
   *
   * @param group runs of about one size that become one
   * @param smallBytes length up to which a run belongs to the smallest group
   * @param mostBytes length of all that is merged at once, which bounds the memory
   */
  public record Policy(int group, long smallBytes, long mostBytes) {
    public static final Policy DEFAULTS = new Policy(8, 256 << 10, 16 << 20);

    public Policy {
      if (group < 2 || smallBytes < 1 || mostBytes < smallBytes) {
        throw new IllegalArgumentException(
            "runs are merged by %d, from %d bytes up to %d"
                .formatted(group, smallBytes, mostBytes));
      }
    }
  }

  /** Reads a root that is kept. */
  @FunctionalInterface
  public interface Roots {
    Root read(long number) throws IOException;
  }

  public RunMerger(MirroredFiles files, Attempt attempt, Policy policy, Roots roots) {
    this.files = files;
    this.attempt = attempt;
    this.policy = policy;
    this.roots = roots;
  }

  /** Whether there may be something to merge. Reads no drive. */
  public boolean isDue(Root head) {
    return !group(head.runs()).isEmpty();
  }

  /**
   * Writes a run of some of the head's runs; committing the change makes it count. Empty if nothing
   * is to be merged: then runs are few, or a compaction is about to merge them.
   */
  public Optional<RunMergeChange> make(Root head) throws IOException {
    Set<Long> pinned = head.pins().stream().map(Pin::number).collect(Collectors.toSet());
    List<RunRef> free = new ArrayList<>(head.runs());
    for (long number : pinned) {
      free.removeAll(roots.read(number).runs());
    }
    List<RunRef> chosen = group(free);
    if (chosen.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(new RunMergeChange(attempt, chosen, write(head, chosen), pinned));
  }

  /** The oldest runs of the smallest full group that fit together; none if no group is full. */
  private List<RunRef> group(List<RunRef> runs) {
    TreeMap<Integer, List<RunRef>> groups = new TreeMap<>();
    for (RunRef run : runs) {
      groups.computeIfAbsent(sizeClass(run), size -> new ArrayList<>()).add(run);
    }
    for (List<RunRef> group : groups.values()) {
      if (group.size() >= policy.group()) {
        List<RunRef> fitting = fitting(group);
        if (fitting.size() >= policy.group()) {
          return fitting;
        }
      }
    }
    return List.of();
  }

  private int sizeClass(RunRef run) {
    int size = 0;
    for (long bytes = policy.smallBytes(); bytes < run.file().length(); bytes *= policy.group()) {
      size++;
    }
    return size;
  }

  private List<RunRef> fitting(List<RunRef> group) {
    List<RunRef> fitting = new ArrayList<>();
    long bytes = 0;
    for (RunRef run : group) {
      bytes += run.file().length();
      if (bytes > policy.mostBytes()) {
        break;
      }
      fitting.add(run);
    }
    return fitting;
  }

  private Optional<RunRef> write(Root head, List<RunRef> chosen) throws IOException {
    Covered covered = new Covered(head.tree().map(TreeTop::positions).orElse(List.of()));
    List<Iterator<Event>> levels = new ArrayList<>();
    for (RunRef run : chosen) {
      RunReader reader = new RunReader(run.file().name(), files.read(run.file()), covered);
      levels.add(reader.events(PathRange.ALL));
    }
    Iterator<Event> events = new MergedEvents(levels);
    if (!events.hasNext()) {
      return Optional.empty();
    }
    EncodedTable run;
    try {
      run = TableWriter.encode(RunFormat.TABLE, () -> events);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    String name = attempt + "-merged-" + sequence++;
    return Optional.of(StoredRun.write(files, "a merged run", name, run));
  }
}
