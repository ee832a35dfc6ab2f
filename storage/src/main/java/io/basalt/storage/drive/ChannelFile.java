package io.basalt.storage.drive;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.function.LongConsumer;

/**
 * A file of a {@link FileDrive}. Its channel is only used on threads that nobody interrupts, and it
 * goes on taking bytes when the drive is gone from its place: so what is forced counts only if the
 * drive's label is still there afterwards.
 */
final class ChannelFile implements DriveFile {
  /** The JDK copies a heap buffer through a direct one of its size, which the thread then keeps. */
  private static final int HEAP_BYTES = 1 << 20;

  private final String name;
  private final FileChannel channel;
  private final LabelFile label;
  private final DriveErrors errors;
  private final LongConsumer grown;

  /** A file that tells by how many bytes it grew when it is truncated. */
  ChannelFile(
      String name, FileChannel channel, LabelFile label, DriveErrors errors, LongConsumer grown) {
    this.name = name;
    this.channel = channel;
    this.label = label;
    this.errors = errors;
    this.grown = grown;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public long length() throws IOException {
    try {
      return channel.size();
    } catch (IOException error) {
      throw errors.sort("asking the length of " + name, error);
    }
  }

  @Override
  public void write(ByteBuffer source, long position) throws IOException {
    try {
      long at = position;
      while (source.hasRemaining()) {
        int count = channel.write(portion(source), at);
        source.position(source.position() + count);
        at += count;
      }
    } catch (IOException error) {
      throw errors.sort("writing " + name, error);
    }
  }

  @Override
  public void read(ByteBuffer target, long position) throws IOException {
    try {
      long at = position;
      while (target.hasRemaining()) {
        int count = channel.read(portion(target), at);
        if (count < 0) {
          throw new EOFException(
              "%s ends at byte %d, %d bytes before the end of what is read"
                  .formatted(name, at, target.remaining()));
        }
        target.position(target.position() + count);
        at += count;
      }
    } catch (IOException error) {
      throw errors.sort("reading " + name, error);
    }
  }

  /** What one call to the channel may move of the remaining bytes. */
  private static ByteBuffer portion(ByteBuffer bytes) {
    int length = bytes.isDirect() ? bytes.remaining() : Math.min(bytes.remaining(), HEAP_BYTES);
    return bytes.slice(bytes.position(), length);
  }

  @Override
  public void force() throws IOException {
    try {
      channel.force(false);
    } catch (IOException error) {
      throw errors.sort("forcing " + name, error);
    }
    label.check();
  }

  @Override
  public void truncate(long length) throws IOException {
    try {
      long before = channel.size();
      channel.truncate(length);
      grown.accept(channel.size() - before);
    } catch (IOException error) {
      throw errors.sort("truncating " + name, error);
    }
  }

  @Override
  public void close() throws IOException {
    try {
      channel.close();
    } catch (IOException error) {
      throw errors.sort("closing " + name, error);
    }
  }
}
