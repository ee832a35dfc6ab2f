package io.basalt.storage.location;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.commit.Attempt;
import io.basalt.storage.drive.SimulatedDrives;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.root.ArbiterPoint;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.RootBuilder;
import io.basalt.storage.root.SegmentLocation;
import java.util.List;
import org.junit.jupiter.api.Test;

class LocationMapTest {
  @Test
  void keepsFewFilesAndFindsEverySegment() throws Exception {
    MirroredFiles mirrors = new MirroredFiles(new SimulatedDrives(2, 0, 64 << 20).driveSet());
    LocationMapWriter writer = new LocationMapWriter(mirrors, new Attempt(1, "00000000000000aa"));
    Root root =
        new Root(
            "s",
            "test",
            1,
            "b",
            "a",
            1,
            ArbiterPoint.NONE,
            List.of(),
            List.of(),
            "",
            List.of(),
            0,
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of());
    LocationMap map = LocationMap.load(mirrors, root);
    for (int i = 0; i < 100; i++) {
      RootBuilder next = new RootBuilder(root);
      writer.write(root, List.of(location(i))).apply(next);
      root = next.build(root.number() + 1, "b" + i, "a", 1, ArbiterPoint.NONE);
      map = map.reload(mirrors, root);
      assertThat(root.locationMap()).hasSizeLessThanOrEqualTo(8);
    }
    assertThat(map.all()).hasSize(100);
    for (int i = 0; i < 100; i++) {
      assertThat(map.find("s" + i)).contains(location(i));
    }
    assertThat(map.find("s100")).isEmpty();
    assertThat(LocationMap.load(mirrors, root).all()).hasSize(100);
  }

  private static SegmentLocation location(int i) {
    return new SegmentLocation("s" + i, List.of("scm-0", "scm-1"), 100, i, 100 - i);
  }
}
