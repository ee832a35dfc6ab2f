package io.basalt.storage.commit;

/** What a file on a drive is to a store, as a committed root tells. */
public enum FileClass {
  /** The head or a root that it keeps refers to it, or it is such a root. */
  LIVE,

  /** Nothing refers to it yet, and its owner may still commit: it is on its way, or left behind. */
  PENDING,

  /** Nothing refers to it, and nothing ever will. */
  ORPHAN,

  /** No name that a store gives: not ours to delete. */
  FOREIGN
}
