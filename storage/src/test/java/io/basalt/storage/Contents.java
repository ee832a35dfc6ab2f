package io.basalt.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.read.ListEntry;
import io.basalt.storage.read.StoreReader;
import io.basalt.storage.root.Root;
import io.basalt.storage.tree.FileState;
import io.basalt.storage.tree.PathRange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What files hold, byte for byte. */
public final class Contents {
  private Contents() {}

  /** Every file of a store's head. */
  public static Map<String, byte[]> of(DriveSet drives) throws IOException {
    try (StoreReader reader = StoreReader.open(drives)) {
      Map<String, byte[]> found = new TreeMap<>();
      for (FileState file : files(reader)) {
        found.put(file.path(), bytes(reader, file));
      }
      return found;
    }
  }

  /** A file of a root, which must be there. */
  public static byte[] bytes(DriveSet drives, Root root, String path) throws IOException {
    try (StoreReader reader = StoreReader.open(drives, root)) {
      return bytes(reader, reader.stat(path).orElseThrow());
    }
  }

  public static byte[] bytes(StoreReader reader, FileState file) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    reader.read(file, Channels.newChannel(out));
    return out.toByteArray();
  }

  /** All files of a root, which a listing shows just so. */
  public static List<FileState> files(StoreReader reader) throws IOException {
    List<FileState> files = new ArrayList<>();
    reader.files(PathRange.ALL).forEachRemaining(files::add);
    assertThat(reader.list("/", true).toList())
        .isEqualTo(files.stream().map(file -> new ListEntry.File(file.listed())).toList());
    return files;
  }
}
