package io.basalt.storage.catalog;

import io.basalt.storage.TestStore;
import io.basalt.storage.compact.LocalCompaction;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.read.StoreReader;
import io.basalt.storage.tree.Extent;
import io.basalt.storage.tree.FileState;
import io.basalt.storage.tree.Op;
import io.basalt.storage.tree.PathRange;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A store with something on each level of its tree and on both tiers, and the answers that the
 * queries of the page give on it.
 */
public final class CatalogSample implements AutoCloseable {
  private static final String FIRST = "2024-01-01T10:00:00Z";
  private static final String SECOND = "2024-01-02T11:30:00Z";
  private static final String THIRD = "2024-01-03T23:59:59Z";

  private final TestStore store;
  private final Instant now = Instant.ofEpochMilli(System.currentTimeMillis());

  private CatalogSample(TestStore store) {
    this.store = store;
  }

  /** Makes the store: a stripe below leaves, mirrors below leaves, a run, and a tail. */
  public static CatalogSample create(Path folder) throws Exception {
    CatalogSample sample = new CatalogSample(TestStore.create(folder, "2MiB", 3));
    sample.fill();
    return sample;
  }

  public TestStore store() {
    return store;
  }

  private void fill() throws Exception {
    apply("/logs/2024/a.log", Op.PUT, 0, FIRST, 1000);
    apply("/logs/2024/b.log", Op.PUT, 0, FIRST, 1000);
    apply("/img/x.png", Op.PUT, 0, SECOND, 200_000);
    apply("/gone", Op.PUT, 0, SECOND, 50);
    apply("/frag.bin", Op.APPEND, 0, FIRST, 100);
    apply("/frag.bin", Op.APPEND, 0, FIRST, 100);
    store.seal();
    store.makeRun();
    store.moveToStripe(store.sealed(), 2, 1);
    apply("/logs/c.log", Op.PUT, 0, SECOND, 3000);
    apply("/sparse.bin", Op.WRITE, 10_000, THIRD, 10);
    apply("/frag.bin", Op.APPEND, 0, SECOND, 100);
    apply("/frag.bin", Op.APPEND, 0, SECOND, 100);
    store.seal();
    store.makeRun();
    LocalCompaction.run(store.drives(), store.log().handle(), store.clock(), 5);
    store.refresh();
    apply("/img/y", Op.PUT, 0, THIRD, 5);
    apply("/gone", Op.DELETE, 0, THIRD, 0);
    store.seal();
    store.makeRun();
    apply("/logs/2024/a.log", Op.WRITE, 500, THIRD, 10);
    apply("/empty.txt", Op.PUT, 0, THIRD, 0);
    apply("/new.txt", Op.PUT, 0, now.toString(), 7);
    store.apply("/uploading", Op.UPLOAD, 0, "u", new byte[9]);
    store.commit();
  }

  private void apply(String path, Op op, long position, String time, int bytes) throws Exception {
    store.apply(path, op, position, null, Instant.parse(time).toEpochMilli(), new byte[bytes]);
  }

  /** The rows that each query gives, values as {@link #text} puts them. */
  public Map<String, List<List<String>>> answers() throws IOException {
    Map<String, List<List<String>>> answers = new LinkedHashMap<>();
    answers.put("Files and bytes", rows("9 215422"));
    answers.put(
        "Largest directories",
        rows("/img 2 200005", " 4 10417", "/logs 1 3000", "/logs/2024 2 2000"));
    answers.put(
        "Largest files",
        rows(
            "/img/x.png 200000 " + SECOND,
            "/sparse.bin 10010 " + THIRD,
            "/logs/c.log 3000 " + SECOND,
            "/logs/2024/a.log 1000 " + THIRD,
            "/logs/2024/b.log 1000 " + FIRST,
            "/frag.bin 400 " + SECOND,
            "/new.txt 7 " + now,
            "/img/y 5 " + THIRD,
            "/empty.txt 0 " + THIRD));
    answers.put("Cold data by tier", rows("capacity 4 202190", "scm 5 3225"));
    answers.put(
        "Growth per day",
        rows(
            "2024-01-01 1 1000",
            "2024-01-02 3 203400",
            "2024-01-03 4 11015",
            LocalDate.ofInstant(now, ZoneOffset.UTC) + " 1 7"));
    answers.put(
        "Files on a drive",
        rows(
            "/logs/c.log 3000",
            "/frag.bin 200",
            "/logs/2024/a.log 10",
            "/sparse.bin 10",
            "/new.txt 7",
            "/img/y 5"));
    answers.put("Bytes per drive", bytesPerDrive());
    answers.put("Bytes per tier", rows("capacity 6 202190", "scm 7 3232"));
    answers.put("Duplicates by size", rows("1000 2 1000"));
    answers.put(
        "Extension histogram",
        rows("png 1 200000", "bin 2 10410", "log 3 5000", "txt 2 7", "none 1 5"));
    answers.put("Fragmentation", rows("/frag.bin 4 100", "/logs/2024/a.log 3 333"));
    answers.put("Sparse files", rows("/sparse.bin 10010 10"));
    return answers;
  }

  private static List<List<String>> rows(String... rows) {
    return Arrays.stream(rows).map(row -> List.of(row.split(" ", -1))).toList();
  }

  /** Where strips begin depends on the order of the segments, so this answer is counted. */
  private List<List<String>> bytesPerDrive() throws IOException {
    Map<String, long[]> drives = new TreeMap<>();
    try (DriveSet opened = store.openDrives();
        StoreReader reader = StoreReader.open(opened)) {
      ExtentPlaces places = ExtentPlaces.load(new MirroredFiles(opened), store.head());
      for (Iterator<FileState> files = reader.files(PathRange.ALL); files.hasNext(); ) {
        for (Extent extent : files.next().extents()) {
          ExtentPlace place = places.of(extent);
          for (String drive : place.drives()) {
            long[] counts = drives.computeIfAbsent(drive, id -> new long[2]);
            counts[0]++;
            counts[1] += extent.take();
          }
        }
      }
    }
    List<List<String>> rows = new ArrayList<>();
    drives.forEach((drive, counts) -> rows.add(List.of(drive, "" + counts[0], "" + counts[1])));
    return rows;
  }

  /** A value as both engines are compared: times as instants, days as ISO dates. */
  public static String text(Object value) {
    return value instanceof OffsetDateTime time
        ? time.toInstant().toString()
        : String.valueOf(value);
  }

  @Override
  public void close() {
    store.close();
  }
}
