package io.basalt.storage.root;

/** A run: a Parquet file of events sorted by (path, version). */
public record RunRef(FileRef file, long rows, String minPath, String maxPath) {}
