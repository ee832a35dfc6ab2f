package io.basalt.storage.tree;

/** What a write record does to its file. UPLOAD is a write with an upload id. */
public enum Op {
  PUT,
  WRITE,
  APPEND,
  TRUNCATE,
  DELETE,
  UPLOAD,
  PUBLISH
}
