package io.basalt.storage;

import io.basalt.storage.tree.Op;
import java.util.Random;

/** Writes of every kind to a few files in a few directories; some uploads stay pending. */
public final class RandomWrites {
  private static final int MANY = 12;

  private RandomWrites() {}

  /** Makes a dozen of them. Uploads are named after {@code upload}, which no other round uses. */
  public static void some(TestStore store, Random random, String upload) throws Exception {
    for (int i = 0; i < MANY; i++) {
      String path = "/d%d/f%d".formatted(random.nextInt(5), random.nextInt(8));
      switch (random.nextInt(6)) {
        case 0 -> store.apply(path, Op.APPEND, 0, null, new byte[random.nextInt(90)]);
        case 1 -> store.apply(path, Op.TRUNCATE, random.nextInt(90), null, new byte[0]);
        case 2 -> store.apply(path, Op.DELETE, 0, null, new byte[0]);
        case 3 -> {
          String id = upload + "-" + i;
          store.apply(path, Op.UPLOAD, 0, id, new byte[40]);
          store.apply(path, Op.UPLOAD, 40, id, new byte[random.nextInt(40)]);
          if (random.nextBoolean()) {
            store.apply(path, Op.PUBLISH, -1, id, new byte[0]);
          }
        }
        default -> store.put(path, new byte[random.nextInt(90)]);
      }
    }
  }
}
