package io.basalt.sql;

import java.util.List;

/**
 * What a scan still has to do.
 *
 * @param root that is read; 0 as long as none was chosen
 * @param left splits that no reader has
 */
record ScanState(long root, List<PathSplit> left) {
  ScanState {
    left = List.copyOf(left);
  }
}
