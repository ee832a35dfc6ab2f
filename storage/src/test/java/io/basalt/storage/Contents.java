package io.basalt.storage;

import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.read.ListEntry;
import io.basalt.storage.read.StoreReader;
import io.basalt.storage.tree.FileState;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.util.Map;
import java.util.TreeMap;

/** Every file of a store's head, byte for byte. */
public final class Contents {
  private Contents() {}

  public static Map<String, byte[]> of(DriveSet drives) throws IOException {
    try (StoreReader reader = StoreReader.open(drives)) {
      Map<String, byte[]> found = new TreeMap<>();
      for (ListEntry entry : reader.list("/", true).toList()) {
        FileState file = ((ListEntry.File) entry).state();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        reader.read(file, Channels.newChannel(out));
        found.put(file.path(), out.toByteArray());
      }
      return found;
    }
  }
}
