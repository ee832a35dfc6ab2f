package io.basalt.storage.compact;

import io.basalt.storage.TestStore;
import io.basalt.storage.tree.Op;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;

/** Random operations on a few paths of a store, and what every file then consists of. */
public final class Bytes {
  private final TreeMap<String, byte[]> files = new TreeMap<>();
  private final Map<String, byte[]> firstParts = new HashMap<>();
  private final Random random;
  private final int paths;

  public Bytes(long seed, int paths) {
    this.random = new Random(seed);
    this.paths = paths;
  }

  /** The files now; the arrays are never changed. */
  public NavigableMap<String, byte[]> files() {
    return new TreeMap<>(files);
  }

  public List<String> uploads() {
    return new ArrayList<>(firstParts.keySet());
  }

  public void change(TestStore store) throws Exception {
    String path = "/d%d/f%02d".formatted(random.nextInt(4), random.nextInt(paths));
    byte[] payload = new byte[1 + random.nextInt(random.nextInt(30) == 0 ? 400_000 : 3_000)];
    random.nextBytes(payload);
    byte[] old = files.getOrDefault(path, new byte[0]);
    switch (random.nextInt(8)) {
      case 0, 1 -> {
        store.put(path, payload);
        files.put(path, payload);
      }
      case 2, 3 -> {
        int position = random.nextInt(4_000);
        store.write(path, position, payload);
        files.put(path, overlay(old, position, payload));
      }
      case 4 -> {
        store.apply(path, Op.APPEND, 0, null, payload);
        files.put(path, overlay(old, old.length, payload));
      }
      case 5 -> {
        int size = random.nextInt(4_000);
        store.apply(path, Op.TRUNCATE, size, null, new byte[0]);
        files.put(path, Arrays.copyOf(old, size));
      }
      case 6 -> {
        store.apply(path, Op.DELETE, 0, null, new byte[0]);
        files.remove(path);
      }
      default -> upload(store, path, payload);
    }
  }

  /** The first part of an upload; or, if it is there, the second one and the publish. */
  private void upload(TestStore store, String path, byte[] payload) throws Exception {
    byte[] first = firstParts.remove(path);
    if (first == null) {
      store.apply(path, Op.UPLOAD, 0, "u", payload);
      firstParts.put(path, payload);
    } else {
      store.apply(path, Op.UPLOAD, first.length, "u", payload);
      store.apply(path, Op.PUBLISH, first.length + payload.length, "u", new byte[0]);
      files.put(path, overlay(first, first.length, payload));
    }
  }

  private static byte[] overlay(byte[] old, int position, byte[] payload) {
    byte[] changed = Arrays.copyOf(old, Math.max(old.length, position + payload.length));
    System.arraycopy(payload, 0, changed, position, payload.length);
    return changed;
  }
}
