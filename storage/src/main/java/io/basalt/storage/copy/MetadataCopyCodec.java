package io.basalt.storage.copy;

import io.basalt.schemas.CopiedFileRecord;
import io.basalt.schemas.MetadataCopyRecord;
import io.basalt.storage.mirror.MirroredFiles;
import io.basalt.storage.root.CopyRef;
import io.basalt.storage.root.FileRef;
import io.basalt.storage.root.Frame;
import io.basalt.storage.root.RootCodec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** The stored form of the list of a metadata copy: a {@link Frame} around its Avro record. */
public final class MetadataCopyCodec {
  private static final Frame FRAME = new Frame("BASCOPY\n", 2);

  private MetadataCopyCodec() {}

  static byte[] encode(MetadataCopy copy) {
    return FRAME.encode(
        new MetadataCopyRecord(
            ByteBuffer.wrap(RootCodec.encode(copy.root())),
            copy.branch().orElse(null),
            copy.files(),
            copy.bytes(),
            copy.copied().stream()
                .map(file -> new CopiedFileRecord(file.name(), file.length(), file.crc32c()))
                .toList()));
  }

  /** Reads the list that a root names. */
  public static MetadataCopy read(MirroredFiles mirrors, CopyRef copy) throws IOException {
    FileRef file = copy.file();
    return decode(mirrors.read(file), String.join("/", file.drives()), file.name(), file.drives());
  }

  /**
   * Reads the remaining bytes.
   *
   * @param drive and file are for the error's sentence
   * @param drives of the copy
   */
  public static MetadataCopy decode(
      ByteBuffer bytes, String drive, String file, List<String> drives) throws IOException {
    byte[] frame = new byte[bytes.remaining()];
    bytes.duplicate().get(frame);
    MetadataCopyRecord stored = FRAME.decode(frame, MetadataCopyRecord.class, drive, file);
    byte[] root = new byte[stored.getRoot().remaining()];
    stored.getRoot().duplicate().get(root);
    return new MetadataCopy(
        RootCodec.decode(root, drive, file),
        Optional.ofNullable(stored.getBranch()),
        stored.getFiles(),
        stored.getBytes(),
        stored.getCopied().stream()
            .map(each -> new FileRef(each.getName(), drives, each.getLength(), each.getCrc32c()))
            .toList());
  }
}
