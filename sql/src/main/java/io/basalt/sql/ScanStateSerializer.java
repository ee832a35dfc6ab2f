package io.basalt.sql;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/** The state of a scan as bytes: the root, then the splits. */
final class ScanStateSerializer implements SimpleVersionedSerializer<ScanState> {
  private static final int VERSION = 1;

  @Override
  public int getVersion() {
    return VERSION;
  }

  @Override
  public byte[] serialize(ScanState state) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeLong(state.root());
    out.writeInt(state.left().size());
    for (PathSplit split : state.left()) {
      PathSplitSerializer.write(split, out);
    }
    return bytes.toByteArray();
  }

  @Override
  public ScanState deserialize(int version, byte[] bytes) throws IOException {
    if (version != VERSION) {
      throw new IOException("the state of a scan of version " + version + "; known is " + VERSION);
    }
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
    long root = in.readLong();
    int count = in.readInt();
    List<PathSplit> left = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      left.add(PathSplitSerializer.read(in));
    }
    return new ScanState(root, left);
  }
}
