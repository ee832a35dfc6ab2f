package io.basalt.storage.read;

import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.root.SegmentLocation;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Notes on the drives when segments were last read, for whoever looks for cold ones. A hint: a
 * reader marks a segment once a minute at most, on the mirror that it reads from, beside the read
 * and without waiting for it; what fails is forgotten.
 */
final class LastReads {
  private static final long OFTEN_MILLIS = Duration.ofMinutes(1).toMillis();
  private static final int REMEMBERED = 1 << 16;

  private final DriveSet drives;
  private final Clock clock;
  private final Map<String, Long> marked = new ConcurrentHashMap<>();

  LastReads(DriveSet drives, Clock clock) {
    this.drives = drives;
    this.clock = clock;
  }

  void note(SegmentLocation segment, String mirror) {
    long now = clock.millis();
    Long before = marked.get(segment.segment());
    if (before != null && Math.abs(now - before) < OFTEN_MILLIS) {
      return;
    }
    if (marked.size() >= REMEMBERED) {
      marked.clear();
    }
    marked.put(segment.segment(), now);
    drives
        .submit(
            mirror,
            drive -> {
              drive.markUsed(segment.fileName(), now);
              return null;
            })
        .exceptionally(onlyAHint -> null);
  }
}
