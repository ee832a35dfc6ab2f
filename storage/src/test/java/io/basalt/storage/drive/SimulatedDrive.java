package io.basalt.storage.drive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;

/** One drive of {@link SimulatedDrives}, in memory. */
final class SimulatedDrive implements Drive {
  private final DriveInfo info;
  private final SimulatedDrives all;
  private final NavigableMap<String, SimulatedFile> names = new TreeMap<>();
  private final NavigableMap<String, SimulatedFile> forcedNames = new TreeMap<>();
  private final List<NameChange> unforced = new ArrayList<>();
  private final Map<String, Long> used = new HashMap<>();
  private int writesLeft = Integer.MAX_VALUE;
  private boolean unplugged;
  private boolean full;

  /** A name that was given to a file, or with a null file taken away. */
  private record NameChange(String name, SimulatedFile file) {}

  SimulatedDrive(DriveInfo info, SimulatedDrives all) {
    this.info = info;
    this.all = all;
  }

  @Override
  public DriveInfo info() {
    return info;
  }

  @Override
  public synchronized DriveFile create(String name, long size) throws IOException {
    change();
    if (names.containsKey(name)) {
      throw new FileAlreadyExistsException(name);
    }
    if (full || usedBytes() + size > info.size()) {
      throw new DriveFullException(info.id(), "no room for " + name);
    }
    SimulatedFile file = new SimulatedFile(size);
    name(name, file);
    return new Handle(name, file);
  }

  private void name(String name, SimulatedFile file) {
    unforced.add(new NameChange(name, file));
    if (file == null) {
      names.remove(name);
    } else {
      names.put(name, file);
    }
  }

  @Override
  public synchronized DriveFile open(String name) throws IOException {
    check();
    return new Handle(name, existing(name));
  }

  @Override
  public DriveFile openForWrite(String name) throws IOException {
    return open(name);
  }

  private SimulatedFile existing(String name) throws NoSuchFileException {
    SimulatedFile file = names.get(name);
    if (file == null) {
      throw new NoSuchFileException(name);
    }
    return file;
  }

  @Override
  public synchronized List<StoredFile> list(String directory) throws IOException {
    check();
    String prefix = directory.isEmpty() ? "" : directory + "/";
    List<StoredFile> result = new ArrayList<>();
    names.forEach(
        (name, file) -> {
          if (name.startsWith(prefix)) {
            result.add(new StoredFile(name, file.length(), used.getOrDefault(name, 0L)));
          }
        });
    return result;
  }

  @Override
  public synchronized void delete(String name) throws IOException {
    change();
    existing(name);
    name(name, null);
  }

  @Override
  public synchronized void markUsed(String name, long millis) throws IOException {
    check();
    used.put(name, millis);
  }

  @Override
  public synchronized void markUsedBefore(String name, long millis) throws IOException {
    markUsed(name, millis);
  }

  @Override
  public synchronized void link(String existing, String name) throws IOException {
    change();
    SimulatedFile file = existing(existing);
    if (names.containsKey(name)) {
      throw new FileAlreadyExistsException(name);
    }
    name(name, file);
  }

  @Override
  public synchronized void forceDirectoryOf(String name) throws IOException {
    change();
    String directory = directory(name);
    for (NameChange change : unforced) {
      if (directory(change.name()).equals(directory)) {
        apply(change, forcedNames);
      }
    }
    unforced.removeIf(change -> directory(change.name()).equals(directory));
  }

  private static void apply(NameChange change, Map<String, SimulatedFile> target) {
    if (change.file() == null) {
      target.remove(change.name());
    } else {
      target.put(change.name(), change.file());
    }
  }

  private static String directory(String name) {
    return name.substring(0, Math.max(0, name.lastIndexOf('/')));
  }

  @Override
  public synchronized long usedBytes() throws IOException {
    check();
    return names.values().stream().distinct().mapToLong(SimulatedFile::length).sum();
  }

  synchronized void setUnplugged(boolean now) {
    unplugged = now;
  }

  synchronized void failWriteAfter(int writes) {
    writesLeft = writes;
  }

  /** The same files on a drive of another size. */
  synchronized SimulatedDrive resized(long size) {
    DriveInfo resized =
        new DriveInfo(info.id(), info.tier(), info.enclosure(), size, info.incarnation());
    SimulatedDrive result = new SimulatedDrive(resized, all);
    result.names.putAll(names);
    result.forcedNames.putAll(forcedNames);
    result.unforced.addAll(unforced);
    return result;
  }

  synchronized void setFull(boolean now) {
    full = now;
  }

  synchronized void flipBit(String name, long position) throws IOException {
    existing(name).flipBit(position);
  }

  synchronized void lose(String name) {
    names.remove(name);
    forcedNames.remove(name);
    unforced.removeIf(change -> change.name().equals(name));
  }

  /** Copies what is left after a crash. */
  synchronized SimulatedDrive survivor(SimulatedDrives next, Random random) {
    SimulatedDrive result = new SimulatedDrive(info, next);
    NavigableMap<String, SimulatedFile> left = new TreeMap<>(forcedNames);
    for (NameChange change : unforced) {
      if (random.nextBoolean()) {
        apply(change, left);
      }
    }
    Map<SimulatedFile, SimulatedFile> copies = new java.util.IdentityHashMap<>();
    left.forEach(
        (name, file) -> {
          SimulatedFile copy = copies.computeIfAbsent(file, f -> f.survivor(random));
          result.names.put(name, copy);
          result.forcedNames.put(name, copy);
        });
    return result;
  }

  private void check() throws DriveUnavailableException {
    all.check();
    if (unplugged) {
      throw new DriveUnavailableException(info.id(), "unplugged", null);
    }
  }

  private void change() throws DriveUnavailableException {
    check();
    all.count();
  }

  /** An open file; it outlives its name. */
  private final class Handle implements DriveFile {
    private final String name;
    private final SimulatedFile file;

    Handle(String name, SimulatedFile file) {
      this.name = name;
      this.file = file;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public long length() throws IOException {
      check();
      return file.length();
    }

    @Override
    public void write(ByteBuffer source, long position) throws IOException {
      synchronized (SimulatedDrive.this) {
        unplugged |= --writesLeft <= 0;
        change();
        if (full) {
          throw new DriveFullException(info.id(), "no room to write " + name);
        }
        file.write(source, position);
      }
    }

    @Override
    public void read(ByteBuffer target, long position) throws IOException {
      check();
      file.read(target, position);
    }

    @Override
    public void force() throws IOException {
      change();
      file.force();
    }

    @Override
    public void truncate(long length) throws IOException {
      change();
      file.truncate(length);
    }

    @Override
    public void close() {}
  }
}
