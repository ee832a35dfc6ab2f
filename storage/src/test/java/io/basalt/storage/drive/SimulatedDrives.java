package io.basalt.storage.drive;

import io.basalt.storage.config.Tier;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Drives in memory that can crash. Every operation that changes something (create, write, force,
 * truncate, link, delete, force of a directory) is counted, and the process can be stopped before
 * any of them: that call and all later ones throw {@link SimulatedCrash}. {@link #afterCrash} then
 * gives the drives as another process finds them: everything forced, and any part of the rest. A
 * name is forced with its directory, bytes with their file; neither implies the other.
 *
 * <p>A test walks through all stops:
 *
 * <pre>
 *   long operations = run(new SimulatedDrives(...)).operations();
 *   for (long stop = 1; stop &lt;= operations; stop++) {
 *     SimulatedDrives drives = new SimulatedDrives(...);
 *     drives.stopAt(stop);
 *     try { run(drives); } catch (SimulatedCrash crash) { }
 *     check(drives.afterCrash(seed));
 *   }
 * </pre>
 */
public final class SimulatedDrives {
  public static final String STORE = "simulated";

  private final Map<String, SimulatedDrive> drives = new LinkedHashMap<>();
  private final AtomicLong operations = new AtomicLong();
  private volatile long stop = Long.MAX_VALUE;
  private long pause = Long.MAX_VALUE;
  private Runnable meanwhile = () -> {};

  private SimulatedDrives() {}

  /** {@code scm} drives and {@code capacity} drives, in turns in enclosures a and b. */
  public SimulatedDrives(int scm, int capacity, long size) {
    this(scm, size, capacity, size);
  }

  /** SCM and capacity drives of different sizes. */
  public SimulatedDrives(int scm, long scmSize, int capacity, long capacitySize) {
    for (int i = 0; i < scm; i++) {
      add("scm-" + i, Tier.SCM, i, scmSize);
    }
    for (int i = 0; i < capacity; i++) {
      add("capacity-" + i, Tier.CAPACITY, i, capacitySize);
    }
  }

  private void add(String id, Tier tier, int index, long size) {
    String enclosure = (index % 2 == 0 ? "a" : "b") + (tier == Tier.SCM ? "" : "-capacity");
    DriveInfo info = new DriveInfo(id, tier, enclosure, size, "incarnation-of-" + id);
    drives.put(id, new SimulatedDrive(info, this));
  }

  public List<Drive> drives() {
    return new ArrayList<>(drives.values());
  }

  /**
   * A set whose calls run one by one on the caller's thread, so that operations keep their order.
   */
  public DriveSet driveSet() {
    return DriveSet.sequential(STORE, drives(), DriveSet.Options.DEFAULTS);
  }

  /** Changing operations so far. */
  public long operations() {
    return operations.get();
  }

  /** Stops before the n-th changing operation from the beginning, counted from 1. */
  public void stopAt(long operation) {
    stop = operation;
  }

  /**
   * Before the n-th changing operation from the beginning its process sleeps, and the others do
   * this meanwhile.
   */
  public void pauseAt(long operation, Runnable others) {
    pause = operation;
    meanwhile = others;
  }

  /** Whether the stop was reached. */
  public boolean stopped() {
    return operations.get() >= stop;
  }

  /** The drives as the next process finds them. Call it again for another legal outcome. */
  public SimulatedDrives afterCrash(long seed) {
    Random random = new Random(seed);
    SimulatedDrives next = new SimulatedDrives();
    drives.forEach((id, drive) -> next.drives.put(id, drive.survivor(next, random)));
    return next;
  }

  /** From now on every call to the drive fails. */
  public void unplug(String drive) {
    drives.get(drive).setUnplugged(true);
  }

  public void plugIn(String drive) {
    drives.get(drive).setUnplugged(false);
  }

  /** From now on the drive has no room for anything. */
  public void fill(String drive) {
    drives.get(drive).setFull(true);
  }

  public void makeRoom(String drive) {
    drives.get(drive).setFull(false);
  }

  /** The drive fails for good at its n-th write from now on, counted from 1. */
  public void failWriteAfter(String drive, int writes) {
    drives.get(drive).failWriteAfter(writes);
  }

  /** Gives the drive another size; sets that are open keep the old one. */
  public void resize(String drive, long size) {
    drives.computeIfPresent(drive, (id, old) -> old.resized(size));
  }

  /** Damages one bit of a file. */
  public void flipBit(String drive, String name, long position) throws IOException {
    drives.get(drive).flipBit(name, position);
  }

  /** Takes a file away. */
  public void lose(String drive, String name) {
    drives.get(drive).lose(name);
  }

  void check() {
    if (stopped()) {
      throw new SimulatedCrash(stop);
    }
  }

  void count() {
    long operation = operations.incrementAndGet();
    if (operation >= stop) {
      throw new SimulatedCrash(stop);
    }
    if (operation == pause) {
      meanwhile.run();
    }
  }
}
