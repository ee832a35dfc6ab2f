package io.basalt.storage.stripe;

import io.basalt.schemas.StripHeaderRecord;
import io.basalt.storage.drive.Drive;
import io.basalt.storage.drive.DriveFile;
import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.root.Stripe;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What strip files say of themselves, for when there is no location map. Reads no user bytes. */
public final class StripeSurvey {
  private static final Pattern NAME = Pattern.compile("stripes/(.+)-(\\d{1,3})");

  private final DriveSet drives;
  private final Codes codes = new Codes();
  private final Map<String, Found> found = new HashMap<>();

  /**
   * A stripe of which strips were found.
   *
   * @param strips how many of its strips are there and whole
   */
  public record Found(Stripe stripe, List<PackedSegment> segments, int strips) {
    /** Whether all of its data can be read. */
    public boolean isReadable() {
      return strips >= stripe.dataStrips();
    }
  }

  public StripeSurvey(DriveSet drives) {
    this.drives = drives;
  }

  /**
   * Looks at a file of a drive.
   *
   * @param notes takes a sentence if it is no whole strip of this store
   */
  public void look(String drive, String file, Consumer<String> notes)
      throws InterruptedIOException {
    Matcher name = NAME.matcher(file);
    if (!name.matches()) {
      return;
    }
    int strip = Integer.parseInt(name.group(2));
    try {
      StripDirectory directory = drives.call(drive, d -> directory(d, file, strip));
      Found before = found.get(directory.stripe());
      Stripe stripe = drives.call(drive, d -> stripe(d, file, strip, directory));
      found.put(
          stripe.id(),
          new Found(stripe, directory.segments(), before == null ? 1 : before.strips() + 1));
    } catch (InterruptedIOException left) {
      throw left;
    } catch (IOException | IllegalArgumentException damaged) {
      notes.accept("strip %s of drive %s: %s".formatted(file, drive, damaged.getMessage()));
    }
  }

  /** The stripes of the files that were looked at. */
  public Collection<Found> stripes() {
    return Collections.unmodifiableCollection(found.values());
  }

  private static StripDirectory directory(Drive drive, String name, int strip) throws IOException {
    try (DriveFile file = drive.open(name)) {
      StripHeaderRecord header = header(drive, file);
      Stripe shape = shape(header, List.of());
      long position = StripLayout.directoryPosition(shape, strip);
      ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(header.getFileBytes() - position));
      file.read(bytes, position);
      return StripDirectory.decode(bytes.flip(), drive.info().id(), name);
    }
  }

  private Stripe stripe(Drive drive, String name, int strip, StripDirectory directory)
      throws IOException {
    try (DriveFile file = drive.open(name)) {
      Stripe stripe = shape(header(drive, file), directory.drives());
      new StripChecksums(drives.storeId(), codes).requireStrip(drive, file, stripe, strip);
      return stripe;
    }
  }

  private static StripHeaderRecord header(Drive drive, DriveFile file) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(StripLayout.HEADER_BYTES);
    file.read(bytes, 0);
    return StripHeader.decode(bytes.flip(), drive.info().id(), file.name());
  }

  /** The stripe of a header; drives that are not known yet have no names. */
  private static Stripe shape(StripHeaderRecord header, List<String> drives) {
    int strips = header.getDataStrips() + header.getParityStrips();
    return new Stripe(
        header.getStripe(),
        header.getDataStrips(),
        header.getParityStrips(),
        header.getStripBytes(),
        drives.isEmpty() ? Collections.nCopies(strips, "") : drives);
  }
}
