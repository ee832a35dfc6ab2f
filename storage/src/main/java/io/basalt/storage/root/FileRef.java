package io.basalt.storage.root;

import java.util.List;

/**
 * An immutable file under the same name on several drives; length in bytes, CRC32C of the whole.
 */
public record FileRef(String name, List<String> drives, long length, int crc32c) {
  public FileRef {
    drives = List.copyOf(drives);
  }

  /** The same file on other drives. */
  public FileRef on(List<String> others) {
    return new FileRef(name, others, length, crc32c);
  }
}
