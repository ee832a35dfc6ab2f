package io.basalt.sql;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/** A split as bytes: root, rows done, the first path, and the end if there is one. */
final class PathSplitSerializer implements SimpleVersionedSerializer<PathSplit> {
  private static final int VERSION = 1;

  @Override
  public int getVersion() {
    return VERSION;
  }

  @Override
  public byte[] serialize(PathSplit split) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    write(split, new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  @Override
  public PathSplit deserialize(int version, byte[] bytes) throws IOException {
    if (version != VERSION) {
      throw new IOException("a split of version " + version + "; known is " + VERSION);
    }
    return read(new DataInputStream(new ByteArrayInputStream(bytes)));
  }

  static void write(PathSplit split, DataOutputStream out) throws IOException {
    out.writeLong(split.root());
    out.writeLong(split.done());
    writeText(split.paths().first(), out);
    out.writeBoolean(split.paths().end() != null);
    if (split.paths().end() != null) {
      writeText(split.paths().end(), out);
    }
  }

  static PathSplit read(DataInputStream in) throws IOException {
    long root = in.readLong();
    long done = in.readLong();
    String first = readText(in);
    return new PathSplit(root, new Paths(first, in.readBoolean() ? readText(in) : null), done);
  }

  private static void writeText(String text, DataOutputStream out) throws IOException {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(utf8.length);
    out.write(utf8);
  }

  private static String readText(DataInputStream in) throws IOException {
    byte[] utf8 = new byte[in.readInt()];
    in.readFully(utf8);
    return new String(utf8, StandardCharsets.UTF_8);
  }
}
