package io.basalt.storage.root;

/**
 * A run: a Parquet file of events sorted by (path, version).
 *
 * @param rows events
 * @param minPath none of its paths stands before it; short, and perhaps no path itself
 * @param maxPath none of its paths stands behind it; likewise
 */
public record RunRef(FileRef file, long rows, String minPath, String maxPath) {}
