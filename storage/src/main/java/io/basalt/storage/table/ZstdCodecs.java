package io.basalt.storage.table;

import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
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
  static final BytesInputCompressor COMPRESSOR = new Compressor();

  private static final int LEVEL = 3;

  private static final Contexts<ZstdDecompressCtx> DECOMPRESS =
      new Contexts<>(ZstdDecompressCtx::new);

  private static final Contexts<ZstdCompressCtx> COMPRESS =
      new Contexts<>(() -> new ZstdCompressCtx().setLevel(LEVEL));

  @Override
  public BytesInputCompressor getCompressor(CompressionCodecName codec) {
    check(codec);
    return COMPRESSOR;
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
      byte[] plain = bytes.toByteArray();
      byte[] compressed = COMPRESS.use(context -> context.compress(plain));
      return BytesInput.from(compressed);
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
      return BytesInput.from(decompressed(bytes.toByteBuffer(), decompressedSize));
    }

    @Override
    public void decompress(
        ByteBuffer input, int compressedSize, ByteBuffer output, int decompressedSize)
        throws IOException {
      ByteBuffer source = input.slice(input.position(), compressedSize);
      input.position(input.position() + compressedSize);
      output.put(decompressed(source, decompressedSize));
    }

    private static byte[] decompressed(ByteBuffer source, int expected) throws IOException {
      ByteBuffer heap = source.hasArray() ? source : copy(source);
      byte[] target = new byte[expected];
      int size;
      try {
        size =
            DECOMPRESS.use(
                context ->
                    context.decompressByteArray(
                        target,
                        0,
                        expected,
                        heap.array(),
                        heap.arrayOffset() + heap.position(),
                        heap.remaining()));
      } catch (ZstdException e) {
        throw new IOException("a page of a table does not decompress: " + e.getMessage(), e);
      }
      if (size != expected) {
        throw new IOException(
            "a page of a table decompresses to " + size + " bytes instead of " + expected);
      }
      return target;
    }

    private static ByteBuffer copy(ByteBuffer source) {
      return ByteBuffer.allocate(source.remaining()).put(source.duplicate()).flip();
    }

    @Override
    public void release() {}
  }
}
