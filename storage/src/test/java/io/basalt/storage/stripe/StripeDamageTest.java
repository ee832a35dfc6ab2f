package io.basalt.storage.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.basalt.storage.drive.DriveSet;
import io.basalt.storage.root.Stripe;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What damage of strip files costs: never a wrong byte, and it is counted. */
class StripeDamageTest {
  private static final int BLOCK = Stripe.BLOCK_BYTES;

  @TempDir Path folder;

  /** What is done to one strip's file; every byte must still be right, and the damage counted. */
  enum Damage {
    HEADER_FLIPPED {
      @Override
      void on(StripeDrives files, TestStripe stripe, int strip) throws IOException {
        files.flipBit(stripe.stripe(), strip, 40);
      }
    },
    HEADER_PADDING_FLIPPED {
      @Override
      void on(StripeDrives files, TestStripe stripe, int strip) throws IOException {
        files.flipBit(stripe.stripe(), strip, 4095);
      }
    },
    FIRST_BLOCK_FLIPPED {
      @Override
      void on(StripeDrives files, TestStripe stripe, int strip) throws IOException {
        files.flipBit(stripe.stripe(), strip, StripLayout.position(7));
      }
    },
    LAST_BYTE_FLIPPED {
      @Override
      void on(StripeDrives files, TestStripe stripe, int strip) throws IOException {
        long last = stripe.stripe().stripBytes() - 1;
        files.flipBit(stripe.stripe(), strip, StripLayout.position(last));
      }
    },
    CHECKSUMS_FLIPPED {
      @Override
      void on(StripeDrives files, TestStripe stripe, int strip) throws IOException {
        files.flipBit(stripe.stripe(), strip, StripLayout.checksumPosition(stripe.stripe()) + 1);
      }
    },
    TRUNCATED_IN_DIRECTORY {
      @Override
      void on(StripeDrives files, TestStripe stripe, int strip) throws IOException {
        long length = Files.size(files.file(stripe.stripe(), strip));
        files.truncate(stripe.stripe(), strip, length - 1);
      }
    },
    TRUNCATED_IN_BLOCKS {
      @Override
      void on(StripeDrives files, TestStripe stripe, int strip) throws IOException {
        files.truncate(stripe.stripe(), strip, StripLayout.position(BLOCK + 5));
      }
    },
    EMPTY {
      @Override
      void on(StripeDrives files, TestStripe stripe, int strip) throws IOException {
        files.truncate(stripe.stripe(), strip, 0);
      }
    },
    OF_ANOTHER_STRIPE {
      @Override
      void on(StripeDrives files, TestStripe stripe, int strip) throws IOException {
        TestStripe other = TestStripe.random(99, 4, 2, 3, 99);
        if (!Files.exists(files.file(other.stripe(), strip))) {
          files.write(other);
        }
        StripeDrives.swap(files.file(stripe.stripe(), strip), files.file(other.stripe(), strip));
      }
    },
    OF_ANOTHER_GEOMETRY {
      @Override
      void on(StripeDrives files, TestStripe stripe, int strip) throws IOException {
        TestStripe other = TestStripe.random(98, 5, 1, 3, 98);
        if (!Files.exists(files.file(other.stripe(), strip))) {
          files.write(other);
        }
        StripeDrives.swap(files.file(stripe.stripe(), strip), files.file(other.stripe(), strip));
      }
    };

    abstract void on(StripeDrives files, TestStripe stripe, int strip) throws IOException;
  }

  @ParameterizedTest
  @EnumSource
  void damageOfUpToMStripsIsAnsweredByTheOthersAndCounted(Damage damage) throws Exception {
    StripeDrives files = new StripeDrives(folder, 6);
    TestStripe stripe = TestStripe.random(0, 4, 2, 3, 5);
    files.write(stripe);
    damage.on(files, stripe, 1);
    assertReadsAndCounts(files, stripe, "capacity-1");
    damage.on(files, stripe, 4);
    assertReadsAndCounts(files, stripe, "capacity-1", "capacity-4");
  }

  private static void assertReadsAndCounts(StripeDrives files, TestStripe stripe, String... drives)
      throws IOException {
    try (DriveSet set = files.open();
        StripeReader reader = new StripeReader(set)) {
      stripe.assertReads(reader, 0, stripe.data().length);
      assertThat(set.mismatches().keySet()).isSubsetOf(Arrays.asList(drives));
      assertThat(set.mismatches()).containsKey(drives[0]);
      assertThat(set.reconstructed()).containsOnlyKeys("capacity-1");
      assertThat(reader.reconstructedBytes()).isEqualTo(set.reconstructed().get("capacity-1"));
    }
  }

  @Test
  void oneWrongBlockCostsOneBlock() throws Exception {
    StripeDrives files = new StripeDrives(folder, 6);
    TestStripe stripe = TestStripe.random(0, 4, 2, 8, 5);
    files.write(stripe);
    files.flipBit(stripe.stripe(), 2, StripLayout.position(3 * BLOCK + 9));
    try (DriveSet set = files.open();
        StripeReader reader = new StripeReader(set)) {
      stripe.assertReads(reader, 0, stripe.data().length);
      assertThat(reader.reconstructedBytes()).isEqualTo(BLOCK);
    }
  }

  @Test
  void parityThatDoesNotBelongToTheDataIsNeverServed() throws Exception {
    StripeDrives files = new StripeDrives(folder, 6);
    TestStripe one = TestStripe.random(0, 4, 2, 2, 5);
    files.write(one);
    rewriteParityOf(files, one, 4);
    files.unplug(1);
    files.unplug(5);
    try (DriveSet set = files.open();
        StripeReader reader = new StripeReader(set)) {
      assertThatThrownBy(
              () -> reader.read(one.stripe(), 2L * BLOCK, ByteBuffer.allocate(2 * BLOCK)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("do not belong together")
          .hasMessageContaining(one.stripe().id());
    }
  }

  /** Makes a parity strip that is intact in itself and wrong. */
  private static void rewriteParityOf(StripeDrives files, TestStripe stripe, int parity)
      throws IOException {
    Path file = files.file(stripe.stripe(), parity);
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
    bytes.put((int) StripLayout.position(100), (byte) (bytes.get(4196) ^ 1));
    BlockChecksums checksums = new BlockChecksums(StripLayout.blocks(stripe.stripe()));
    checksums.compute(0, bytes.slice(StripLayout.HEADER_BYTES, 2 * BLOCK));
    checksums.encode(bytes.position((int) StripLayout.checksumPosition(stripe.stripe())));
    Files.write(file, bytes.array());
  }
}
