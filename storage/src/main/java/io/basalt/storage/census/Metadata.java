package io.basalt.storage.census;

import io.basalt.storage.config.Tier;
import io.basalt.storage.drive.Drive.StoredFile;
import io.basalt.storage.drive.DriveInfo;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.drive.Space;
import io.basalt.storage.location.LocationMap;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.root.Place.StripePlace;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.SegmentLocation;
import io.basalt.storage.root.Stripe;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What metadata takes of the drives that answer, every copy counted: the files of the tree (roots,
 * runs, leaves, branches, usage, location maps, the metadata copy), and the index blocks within
 * segments and stripes. Data is all else that is allocated. Bytes.
 *
 * @param files of the tree, by tier
 * @param indexBlocks within segments and stripes, by tier
 * @param used all that is allocated, by tier
 */
public record Metadata(Map<Tier, Long> files, Map<Tier, Long> indexBlocks, Map<Tier, Long> used) {
  private static final List<String> DIRECTORIES =
      List.of("roots", "runs", "leaves", "branches", "copies", "usage", "maps");

  public Metadata {
    files = Collections.unmodifiableMap(new EnumMap<>(files));
    indexBlocks = Collections.unmodifiableMap(new EnumMap<>(indexBlocks));
    used = Collections.unmodifiableMap(new EnumMap<>(used));
  }

  /**
   * A drive on which the files of the tree take more than its reserve, and so room of data.
   *
   * @param bytes of these files
   */
  public record PastReserve(String drive, long bytes, long reserveBytes) {
    @Override
    public String toString() {
      return ("metadata on drive %s takes %d bytes, more than its reserve of %d:"
              + " run basalt compact, shorten retention, or raise reserve")
          .formatted(drive, bytes, reserveBytes);
    }
  }

  /** Counts; reads the location map of the head, and lists the files of the tree. */
  public static Metadata of(DriveSet drives, Root head) throws IOException {
    Map<Tier, Long> files = zeros();
    Map<Tier, Long> used = zeros();
    for (Tier tier : Tier.values()) {
      for (DriveInfo drive : drives.available(tier)) {
        files.merge(tier, fileBytes(drives, drive), Long::sum);
        used.merge(tier, drives.space(drive.id()).usedBytes(), Long::sum);
      }
    }
    LocationMap map = LocationMap.load(new MirroredFiles(drives), head);
    Map<Tier, Long> blocks = zeros();
    for (SegmentLocation segment : map.all()) {
      long bytes = segment.size() - segment.indexStart();
      if (segment.place() instanceof StripePlace in) {
        Stripe stripe = map.stripe(in.stripe()).orElseThrow();
        blocks.merge(Tier.CAPACITY, bytes * stripe.strips() / stripe.dataStrips(), Long::sum);
      } else {
        blocks.merge(Tier.SCM, bytes * segment.mirrors().size(), Long::sum);
      }
    }
    return new Metadata(files, blocks, used);
  }

  /** The drives on which the files of the tree have outgrown the reserve. */
  public static List<PastReserve> pastReserve(DriveSet drives) throws IOException {
    List<PastReserve> past = new ArrayList<>();
    for (Tier tier : Tier.values()) {
      for (DriveInfo drive : drives.available(tier)) {
        Space space = drives.space(drive.id());
        long bytes = fileBytes(drives, drive);
        if (bytes > space.reserveBytes()) {
          past.add(new PastReserve(drive.id(), bytes, space.reserveBytes()));
        }
      }
    }
    return past;
  }

  private static long fileBytes(DriveSet drives, DriveInfo drive) throws IOException {
    long bytes = 0;
    for (String directory : DIRECTORIES) {
      List<StoredFile> listed = drives.call(drive.id(), each -> each.list(directory));
      bytes += listed.stream().mapToLong(StoredFile::length).sum();
    }
    return bytes;
  }

  private static Map<Tier, Long> zeros() {
    Map<Tier, Long> zeros = new EnumMap<>(Tier.class);
    for (Tier tier : Tier.values()) {
      zeros.put(tier, 0L);
    }
    return zeros;
  }

  /** All metadata of both tiers. */
  public long bytes() {
    return Arrays.stream(Tier.values()).mapToLong(this::bytes).sum();
  }

  /** All metadata of a tier. */
  public long bytes(Tier tier) {
    return files.get(tier) + indexBlocks.get(tier);
  }

  /** What the metadata of a tier is of the data of all tiers; those of all tiers add up. */
  public double share(Tier tier) {
    long data = 0;
    for (Tier each : Tier.values()) {
      data += used.get(each) - bytes(each);
    }
    return data <= 0 ? 0 : (double) bytes(tier) / data;
  }

  /** What all metadata is of all data. */
  public double share() {
    double share = 0;
    for (Tier tier : Tier.values()) {
      share += share(tier);
    }
    return share;
  }
}
