package io.basalt.storage.verify;

import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.root.Place.StripePlace;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Stripe;
import io.basalt.storage.stripe.PackedSegment;
import io.basalt.storage.stripe.StripeInspector;
import io.basalt.storage.stripe.StripeInspector.Fault;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/**
 * Stripes, strip by strip: each on a drive of its own, whole, with the checksums that it says, and
 * with parity that is that of the data; and the segments of the location map stand in them without
 * overlap.
 */
final class StripeCheck {
  private final Findings findings;
  private final StripeInspector inspector;

  StripeCheck(DriveSet drives, Findings findings) {
    this.findings = findings;
    this.inspector = new StripeInspector(drives);
  }

  void check(Collection<Stripe> stripes, Collection<SegmentLocation> segments) {
    Map<String, List<PackedSegment>> packedById = packed(segments);
    for (Stripe stripe : stripes) {
      findings.count("stripes", 1);
      findings.count("strips", stripe.strips());
      findings.count("bytes", stripe.strips() * stripe.stripBytes());
      List<PackedSegment> packed = packedById.getOrDefault(stripe.id(), List.of());
      checkDrives(stripe);
      checkPlaces(stripe, packed);
      for (Fault fault : inspector.inspect(stripe, packed)) {
        findings.problem(Problem.Kind.STRIPE, fault.drive(), fault.file(), fault.what());
      }
    }
  }

  /** The segments of each stripe, ascending by offset. */
  private static Map<String, List<PackedSegment>> packed(Collection<SegmentLocation> segments) {
    Map<String, List<PackedSegment>> packed = new HashMap<>();
    for (SegmentLocation segment : segments) {
      if (segment.place() instanceof StripePlace place) {
        packed
            .computeIfAbsent(place.stripe(), id -> new ArrayList<>())
            .add(new PackedSegment(segment, place.offset()));
      }
    }
    packed.values().forEach(each -> each.sort(Comparator.comparingLong(PackedSegment::offset)));
    return packed;
  }

  private void checkDrives(Stripe stripe) {
    if (new HashSet<>(stripe.drives()).size() < stripe.strips()) {
      findings.problem(
          Problem.Kind.STRIPE,
          String.join(",", stripe.drives()),
          "stripes/" + stripe.id(),
          "two of its strips stand on one drive");
    }
  }

  private void checkPlaces(Stripe stripe, List<PackedSegment> packed) {
    long end = 0;
    for (PackedSegment segment : packed) {
      if (segment.offset() < end || segment.end() > stripe.dataBytes()) {
        findings.problem(
            Problem.Kind.LOCATION_MAP,
            "",
            "stripes/" + stripe.id(),
            "segment %s at bytes %d to %d overlaps another or the end at %d"
                .formatted(
                    segment.segment().segment(),
                    segment.offset(),
                    segment.end(),
                    stripe.dataBytes()));
      }
      end = Math.max(end, segment.end());
    }
  }
}
