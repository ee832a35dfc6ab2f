package io.basalt.storage.leaf;

import io.basalt.schemas.BranchRecord;
import io.basalt.schemas.ChildBranchRecord;
import io.basalt.schemas.LeafRecord;
import io.basalt.storage.root.FileRef;
import io.basalt.storage.root.Frame;
import io.basalt.storage.root.Records;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The stored form of a branch: a {@link Frame} around its Avro record. */
public final class BranchCodec {
  private static final Frame FRAME = new Frame("BASBRCH\n", 1);

  private BranchCodec() {}

  public static byte[] encode(Branch branch) {
    List<LeafRecord> leaves = new ArrayList<>();
    List<ChildBranchRecord> branches = new ArrayList<>();
    for (Child child : branch.children()) {
      if (child instanceof LeafRef leaf) {
        leaves.add(record(leaf));
      } else if (child instanceof BranchRef below) {
        branches.add(record(below));
      }
    }
    return FRAME.encode(new BranchRecord(leaves, branches));
  }

  /** Reads the remaining bytes; the names are for the error's sentence. */
  public static Branch decode(ByteBuffer bytes, String drive, String file) throws IOException {
    byte[] frame = new byte[bytes.remaining()];
    bytes.duplicate().get(frame);
    BranchRecord stored = FRAME.decode(frame, BranchRecord.class, drive, file);
    List<Child> children = new ArrayList<>();
    stored.getLeaves().forEach(leaf -> children.add(leaf(leaf)));
    stored.getBranches().forEach(branch -> children.add(branch(branch)));
    return new Branch(children);
  }

  private static LeafRecord record(LeafRef l) {
    return new LeafRecord(
        l.minPath(),
        l.maxPath(),
        l.files(),
        l.extents(),
        l.parts(),
        l.bytes(),
        record(l.fileTable()),
        record(l.extentTable()),
        record(l.partTable()));
  }

  private static io.basalt.schemas.FileRef record(Optional<FileRef> file) {
    return file.map(Records::record).orElse(null);
  }

  private static LeafRef leaf(LeafRecord l) {
    return new LeafRef(
        l.getMinPath(),
        l.getMaxPath(),
        l.getFiles(),
        l.getExtents(),
        l.getParts(),
        l.getBytes(),
        Optional.ofNullable(l.getFileTable()).map(Records::fileRef),
        Optional.ofNullable(l.getExtentTable()).map(Records::fileRef),
        Optional.ofNullable(l.getPartTable()).map(Records::fileRef));
  }

  private static ChildBranchRecord record(BranchRef b) {
    return new ChildBranchRecord(
        b.minPath(), b.maxPath(), b.files(), b.bytes(), Records.record(b.file()));
  }

  private static BranchRef branch(ChildBranchRecord b) {
    return new BranchRef(
        b.getMinPath(), b.getMaxPath(), b.getFiles(), b.getBytes(), Records.fileRef(b.getFile()));
  }
}
