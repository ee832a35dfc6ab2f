package io.basalt.query;

/**
 * What became of a range, or of a file that cannot be written at all.
 *
 * @param number of the file in this query
 * @param size bytes of the whole file
 * @param bytes of the range, now in the temporary file
 * @param reader subtask that read it; -1 if none did
 * @param problem why it failed, in one sentence; empty if it did not
 */
record RangeResult(long number, String path, long size, long bytes, int reader, String problem) {
  static RangeResult done(FileRange range, int reader) {
    return new RangeResult(
        range.number(), range.file().path(), range.file().size(), range.lengthBytes(), reader, "");
  }

  static RangeResult failed(FileRange range, int reader, String problem) {
    return new RangeResult(
        range.number(),
        range.file().path(),
        range.file().size(),
        range.lengthBytes(),
        reader,
        problem);
  }

  boolean failed() {
    return !problem.isEmpty();
  }
}
