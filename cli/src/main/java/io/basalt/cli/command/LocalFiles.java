package io.basalt.cli.command;

import io.basalt.storage.tree.StorePath;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/**
 * The regular files below a directory that can be stored: readable, with names that are paths.
 *
 * @param skipped those that cannot
 * @param special what is neither a file nor a directory: links, pipes, devices
 */
record LocalFiles(List<LocalFile> files, int skipped, int special) {
  /** A file here, its path in the store, and its bytes when it was found. */
  record LocalFile(Path local, String path, long bytes) {}

  /**
   * Collects files until they have this many bytes; links are not followed.
   *
   * @param prefix stands before each path, without a slash at its end
   */
  static LocalFiles below(Path directory, String prefix, long limitBytes) throws IOException {
    Collector collector = new Collector(directory, prefix, limitBytes);
    Files.walkFileTree(directory, collector);
    return new LocalFiles(List.copyOf(collector.files), collector.skipped, collector.special);
  }

  long bytes() {
    return files.stream().mapToLong(LocalFile::bytes).sum();
  }

  private static final class Collector extends SimpleFileVisitor<Path> {
    private final List<LocalFile> files = new ArrayList<>();
    private final Path directory;
    private final String prefix;
    private final long limit;
    private long bytes;
    private int skipped;
    private int special;

    Collector(Path directory, String prefix, long limit) {
      this.directory = directory;
      this.prefix = prefix;
      this.limit = limit;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      if (!attributes.isRegularFile()) {
        special++;
        return FileVisitResult.CONTINUE;
      }
      if (bytes + attributes.size() > limit) {
        return bytes > limit - (limit >> 6) ? FileVisitResult.TERMINATE : FileVisitResult.CONTINUE;
      }
      String path = prefix + "/" + directory.relativize(file);
      if (!Files.isReadable(file) || !isPath(path)) {
        skipped++;
        return FileVisitResult.CONTINUE;
      }
      bytes += attributes.size();
      files.add(new LocalFile(file, path, attributes.size()));
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) {
      skipped++;
      return FileVisitResult.CONTINUE;
    }

    private static boolean isPath(String path) {
      try {
        StorePath.check(path);
        return true;
      } catch (IllegalArgumentException e) {
        return false;
      }
    }
  }
}
