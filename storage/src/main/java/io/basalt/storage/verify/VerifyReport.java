package io.basalt.storage.verify;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a verification looked at and found.
 *
 * @param ok no problems
 * @param checked how many of each kind were checked: roots, maps, runs, segments, shards, stripes,
 *     strips, bytes (each copy counted), events, files, files of the metadata copy; and leftovers:
 *     files that no root names, which a sweep deletes once their attempt is below the floor
 * @param damaged copies of runs, leaves, branches, the usage and maps that {@link CopyRepair} can
 *     mend
 */
public record VerifyReport(
    boolean ok, Map<String, Long> checked, List<Problem> problems, List<DamagedCopy> damaged) {
  public VerifyReport {
    checked = new LinkedHashMap<>(checked);
    problems = List.copyOf(problems);
    damaged = List.copyOf(damaged);
  }
}
