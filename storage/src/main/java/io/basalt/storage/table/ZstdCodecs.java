package io.basalt.storage.table;

import com.github.luben.zstd.Zstd;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/**
 * Zstandard and nothing else, straight on zstd-jni: Parquet's own factory goes through Hadoop's
 * codecs, which drag in its runtime. Stateless.
 */
final class ZstdCodecs implements CompressionCodecFactory {
  private static final int LEVEL = 3;

  @Override
  public BytesInputCompressor getCompressor(CompressionCodecName codec) {
    check(codec);
    return new Compressor();
  }

  @Override
  public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
    check(codec);
    return new Decompressor();
  }

  @Override
  public void release() {}

  private static void check(CompressionCodecName codec) {
    if (codec != CompressionCodecName.ZSTD) {
      throw new IllegalArgumentException("tables are compressed with ZSTD, not " + codec);
    }
  }

  private static final class Compressor implements BytesInputCompressor {
    @Override
    public BytesInput compress(BytesInput bytes) throws IOException {
      return BytesInput.from(Zstd.compress(bytes.toByteArray(), LEVEL));
    }

    @Override
    public CompressionCodecName getCodecName() {
      return CompressionCodecName.ZSTD;
    }

    @Override
    public void release() {}
  }

  private static final class Decompressor implements BytesInputDecompressor {
    @Override
    public BytesInput decompress(BytesInput bytes, int decompressedSize) throws IOException {
      byte[] target = new byte[decompressedSize];
      long size = Zstd.decompress(target, bytes.toByteArray());
      checkSize(size, decompressedSize);
      return BytesInput.from(target);
    }

    @Override
    public void decompress(
        ByteBuffer input, int compressedSize, ByteBuffer output, int decompressedSize)
        throws IOException {
      byte[] source = new byte[compressedSize];
      input.get(source);
      byte[] target = new byte[decompressedSize];
      checkSize(Zstd.decompress(target, source), decompressedSize);
      output.put(target);
    }

    private static void checkSize(long size, int expected) throws IOException {
      if (Zstd.isError(size)) {
        throw new IOException("a page of a table does not decompress: " + Zstd.getErrorName(size));
      }
      if (size != expected) {
        throw new IOException(
            "a page of a table decompresses to " + size + " bytes instead of " + expected);
      }
    }

    @Override
    public void release() {}
  }
}
