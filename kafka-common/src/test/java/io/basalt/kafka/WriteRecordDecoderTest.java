package io.basalt.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.kafka.Decoded.Accepted;
import io.basalt.kafka.Decoded.Rejected;
import io.basalt.kafka.WriteRecord.Header;
import io.basalt.storage.tree.Event;
import io.basalt.storage.tree.Op;
import io.basalt.storage.tree.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class WriteRecordDecoderTest {
  private static final int PARTITIONS = 4;
  private static final int MAX_RECORD = 1000;
  private static final long MAX_FILE = 8L << 40;
  private final WriteRecordDecoder decoder =
      new WriteRecordDecoder(3, PARTITIONS, MAX_RECORD, MAX_FILE);

  record Case(String name, String value, String headers, Op op, long position, String upload) {
    @Override
    public String toString() {
      return name;
    }
  }

  static List<Case> accepted() {
    return List.of(
        new Case("a value alone is a put", "abc", "", Op.PUT, 0, null),
        new Case("an empty value is an empty file", "", "", Op.PUT, 0, null),
        new Case("put by name", "abc", "op=put", Op.PUT, 0, null),
        new Case("a null value alone deletes", null, "", Op.DELETE, 0, null),
        new Case("delete with null", null, "op=delete", Op.DELETE, 0, null),
        new Case("delete with an empty value", "", "op=delete", Op.DELETE, 0, null),
        new Case("write", "abc", "op=write offset=17", Op.WRITE, 17, null),
        new Case("write of nothing", "", "op=write offset=0", Op.WRITE, 0, null),
        new Case(
            "leading zeros", "abc", "op=write offset=00000000000000000000017", Op.WRITE, 17, null),
        new Case(
            "write up to the limit",
            "abc",
            "op=write offset=8796093022205",
            Op.WRITE,
            MAX_FILE - 3,
            null),
        new Case("append", "abc", "op=append", Op.APPEND, 0, null),
        new Case("truncate", null, "op=truncate size=5", Op.TRUNCATE, 5, null),
        new Case("truncate with an empty value", "", "op=truncate size=0", Op.TRUNCATE, 0, null),
        new Case(
            "truncate to the limit",
            null,
            "op=truncate size=8796093022208",
            Op.TRUNCATE,
            MAX_FILE,
            null),
        new Case("part of an upload", "abc", "op=write offset=9 upload=u-1", Op.UPLOAD, 9, "u-1"),
        new Case("publish", null, "op=publish upload=u-1", Op.PUBLISH, -1, "u-1"),
        new Case("publish of a size", "", "op=publish upload=u-1 size=12", Op.PUBLISH, 12, "u-1"),
        new Case(
            "unknown headers are ignored, also twice",
            "abc",
            "Op=x trace=1 trace=2",
            Op.PUT,
            0,
            null));
  }

  @ParameterizedTest
  @MethodSource("accepted")
  void acceptsWhatTheContractNames(Case wanted) {
    Decoded decoded = decoder.decode(record("/a/b", wanted.value(), wanted.headers()));

    assertThat(decoded).isInstanceOf(Accepted.class);
    Accepted accepted = (Accepted) decoded;
    assertThat(accepted.event())
        .isEqualTo(
            new Event(
                "/a/b",
                new Version(3, 42),
                WriteRecordDecoder.partition("/a/b".getBytes(UTF_8), PARTITIONS),
                1234,
                wanted.op(),
                wanted.position(),
                Optional.ofNullable(wanted.upload()),
                List.of()));
    boolean carries = List.of(Op.PUT, Op.WRITE, Op.APPEND, Op.UPLOAD).contains(wanted.op());
    assertThat(UTF_8.decode(accepted.payload().duplicate()).toString())
        .isEqualTo(carries ? wanted.value() : "");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "null",
      value = {
        "null | op=put                        | put needs a value, which may be empty; a null value without op deletes",
        "null | op=write offset=1             | write needs a value, which may be empty; a null value without op deletes",
        "null | op=append                     | append needs a value, which may be empty; a null value without op deletes",
        "null | op=write offset=1 upload=u    | write needs a value, which may be empty; a null value without op deletes",
        "abc  | op=delete                     | delete takes no value; this one has 3 bytes",
        "abc  | op=truncate size=1            | truncate takes no value; this one has 3 bytes",
        "abc  | op=publish upload=u           | publish takes no value; this one has 3 bytes",
        "abc  | op=PUT                        | unknown op: PUT",
        "abc  | op=rename                     | unknown op: rename",
        "null | op=rename                     | unknown op: rename",
        "abc  | op=write                      | header offset is missing",
        "abc  | op=write upload=u             | header offset is missing",
        "null | op=truncate                   | header size is missing",
        "null | op=publish                    | header upload is missing",
        "null | op=publish size=4             | header upload is missing",
        "abc  | op=write offset=-1            | header offset is negative: -1",
        "null | op=truncate size=-9           | header size is negative: -9",
        "null | op=publish upload=u size=-9   | header size is negative: -9",
        "abc  | op=write offset=1x            | header offset is not a number: 1x",
        "abc  | op=write offset=+1            | header offset is not a number: +1",
        "abc  | op=write offset=0x10          | header offset is not a number: 0x10",
        "null | op=truncate size=1e3          | header size is not a number: 1e3",
        "abc  | op=write offset=8796093022209 | header offset is past the largest file of 8796093022208 bytes: 8796093022209",
        "abc  | op=write offset=99999999999999999999 | header offset is past the largest file of 8796093022208 bytes: 99999999999999999999",
        "abc  | op=write offset=9223372036854775807  | header offset is past the largest file of 8796093022208 bytes: 9223372036854775807",
        "null | op=truncate size=8796093022209       | header size is past the largest file of 8796093022208 bytes: 8796093022209",
        "null | op=publish upload=u size=8796093022209 | header size is past the largest file of 8796093022208 bytes: 8796093022209",
        "abc  | op=write offset=8796093022206 | write ends at byte 8796093022209, past the largest file of 8796093022208 bytes",
        "abc  | op=put op=put                 | header op stands there twice",
        "abc  | op=write offset=1 offset=1    | header offset stands there twice",
        "abc  | offset=1                      | header offset does not belong to put",
        "abc  | op=put size=1                 | header size does not belong to put",
        "abc  | upload=u                      | header upload does not belong to put",
        "null | offset=1                      | header offset does not belong to delete",
        "null | op=delete upload=u            | header upload does not belong to delete",
        "abc  | op=write offset=1 size=2      | header size does not belong to write",
        "abc  | op=append offset=2            | header offset does not belong to append",
        "abc  | op=append upload=u            | header upload does not belong to append",
        "null | op=truncate size=1 offset=2   | header offset does not belong to truncate",
        "null | op=truncate size=1 upload=u   | header upload does not belong to truncate",
        "null | op=publish upload=u offset=2  | header offset does not belong to publish",
        "abc  | op=                           | header op has no value",
        "abc  | op=write offset=              | header offset has no value",
        "abc  | op=püt                        | header op is not printable ASCII without blanks",
      })
  void rejectsWithAReason(String value, String headers, String reason) {
    assertThat(decoder.decode(record("/a/b", value, headers))).isEqualTo(new Rejected(reason));
  }

  @Test
  void rejectsARecordWithoutKey() {
    assertThat(decoder.decode(new WriteRecord(0, 1, 1, 1, null, bytes("x"), List.of())))
        .isEqualTo(new Rejected("record has no key: it must be the path"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "/", "//", "/a/", "/a//b", "/./a", "/a/..", "/a\0b", "../x"})
  void rejectsABadPath(String path) {
    Decoded decoded = decoder.decode(record(path, "x", ""));
    assertThat(decoded).isInstanceOf(Rejected.class);
    assertThat(((Rejected) decoded).reason()).startsWith("path ");
  }

  @Test
  void rejectsAPathThatIsNotUtf8OrTooLong() {
    byte[] latin = {'/', (byte) 0xe4};
    byte[] tooLong = ("/" + "a".repeat(4096)).getBytes(UTF_8);
    for (byte[] key : List.of(latin, tooLong)) {
      int partition = WriteRecordDecoder.partition(key, PARTITIONS);
      assertThat(decoder.decode(new WriteRecord(partition, 1, 1, 1, key, bytes("x"), List.of())))
          .isInstanceOf(Rejected.class);
    }
    byte[] longest = ("/" + "a".repeat(4095)).getBytes(UTF_8);
    int partition = WriteRecordDecoder.partition(longest, PARTITIONS);
    assertThat(decoder.decode(new WriteRecord(partition, 1, 1, 1, longest, bytes("x"), List.of())))
        .isInstanceOf(Accepted.class);
  }

  @Test
  void rejectsARecordInAnotherPartitionAndNamesTheClientSetting() {
    byte[] key = bytes("/a/b");
    int right = WriteRecordDecoder.partition(key, PARTITIONS);
    int wrong = (right + 1) % PARTITIONS;
    assertThat(decoder.decode(new WriteRecord(wrong, 1, 1, 1, key, bytes("x"), List.of())))
        .isEqualTo(
            new Rejected(
                "record is in partition "
                    + wrong
                    + ", its key belongs in partition "
                    + right
                    + " of 4: let the producer place keys by murmur2, the Java client's default"
                    + " (librdkafka: partitioner=murmur2_random)"));
  }

  @Test
  void placesKeysAsTheJavaClientDoes() {
    Random random = new Random(7);
    for (int i = 0; i < 1000; i++) {
      byte[] key = new byte[1 + random.nextInt(100)];
      random.nextBytes(key);
      assertThat(WriteRecordDecoder.partition(key, 13))
          .isEqualTo(BuiltInPartitioner.partitionForKey(key, 13));
    }
  }

  @Test
  void takesAValueOfExactlyMaxRecord() {
    assertThat(decoder.decode(record("/a", "x".repeat(MAX_RECORD), "")))
        .isInstanceOf(Accepted.class);
    assertThat(decoder.decode(record("/a", "x".repeat(MAX_RECORD + 1), "")))
        .isEqualTo(new Rejected("value has 1001 bytes; max-record is 1000"));
  }

  @Test
  void takesNoValueThatIsLargerThanTheLargestFile() {
    WriteRecordDecoder small = new WriteRecordDecoder(3, PARTITIONS, MAX_RECORD, 500);
    assertThat(small.decode(record("/a", "x".repeat(500), ""))).isInstanceOf(Accepted.class);
    for (String headers : List.of("", "op=append", "op=write offset=0")) {
      assertThat(small.decode(record("/a", "x".repeat(501), headers)))
          .isEqualTo(new Rejected("value has 501 bytes, past the largest file of 500 bytes"));
    }
  }

  @Test
  void takesAnUploadIdOfAtMost128Bytes() {
    String headers = "op=publish upload=";
    assertThat(decoder.decode(record("/a", null, headers + "u".repeat(128))))
        .isInstanceOf(Accepted.class);
    assertThat(decoder.decode(record("/a", null, headers + "u".repeat(129))))
        .isEqualTo(new Rejected("header upload has 129 bytes; at most 128 are allowed"));
  }

  @Test
  void rejectsAHeaderWithoutBytesAndOneWithBinary() {
    WriteRecord bare = record("/a", "x", "");
    assertThat(decoder.decode(with(bare, new Header("op", null))))
        .isEqualTo(new Rejected("header op has no value"));
    assertThat(decoder.decode(with(bare, new Header("op", new byte[] {'p', 'u', 't', 0}))))
        .isEqualTo(new Rejected("header op is not printable ASCII without blanks"));
    assertThat(decoder.decode(with(bare, new Header("trace", null)))).isInstanceOf(Accepted.class);
  }

  /**
   * Whatever a record holds, the answer is one of the two, and what is accepted keeps its bounds.
   */
  @Test
  void answersHundredThousandFuzzedRecords() {
    Random random = new Random(20261121);
    Fuzz fuzz = new Fuzz(random);
    int accepted = 0;
    for (int i = 0; i < 100_000; i++) {
      WriteRecord record = fuzz.next();
      Decoded decoded = decoder.decode(record);
      if (decoded instanceof Accepted a) {
        accepted++;
        assertThat(a.event().path().getBytes(UTF_8)).isEqualTo(record.key());
        assertThat(a.event().position()).isBetween(-1L, MAX_FILE - a.payload().remaining());
        assertThat(a.payload().remaining()).isLessThanOrEqualTo(MAX_RECORD);
        assertThat(a.event().upload().isPresent())
            .isEqualTo(a.event().op() == Op.UPLOAD || a.event().op() == Op.PUBLISH);
      } else {
        assertThat(((Rejected) decoded).reason()).isNotBlank().hasSizeLessThan(300);
      }
    }
    assertThat(accepted).isBetween(5_000, 95_000);
  }

  private static final class Fuzz {
    private static final String[] NAMES = {"op", "offset", "size", "upload", "trace", "", "OP"};
    private static final String[] OPS = {
      "put", "delete", "write", "append", "truncate", "publish", "x", ""
    };
    private static final String[] NUMBERS = {
      "0", "1", "-1", "8796093022208", "8796093022207", "18446744073709551616", "1.5", " 1"
    };
    private final Random random;

    Fuzz(Random random) {
      this.random = random;
    }

    WriteRecord next() {
      byte[] key = key();
      int partition =
          key == null || random.nextInt(20) == 0
              ? random.nextInt(PARTITIONS)
              : WriteRecordDecoder.partition(key, PARTITIONS);
      List<Header> headers = new ArrayList<>();
      for (int i = random.nextInt(4); i > 0; i--) {
        headers.add(header());
      }
      byte[] value = random.nextInt(4) == 0 ? null : bytes(random.nextInt(MAX_RECORD + 20));
      return new WriteRecord(
          partition, random.nextLong(), -1, random.nextLong(), key, value, headers);
    }

    private byte[] key() {
      return switch (random.nextInt(20)) {
        case 0 -> null;
        case 1 -> bytes(random.nextInt(64));
        case 2 -> ("/" + "a/".repeat(random.nextInt(3000))).getBytes(UTF_8);
        default -> ("/f" + random.nextInt(50)).getBytes(UTF_8);
      };
    }

    private Header header() {
      String name = NAMES[random.nextInt(NAMES.length)];
      return switch (random.nextInt(12)) {
        case 0 -> new Header(name, null);
        case 1 -> new Header(name, bytes(random.nextInt(300)));
        default -> Header.of(name, text(name));
      };
    }

    private String text(String name) {
      return switch (name) {
        case "op" -> OPS[random.nextInt(OPS.length)];
        case "offset", "size" -> NUMBERS[random.nextInt(NUMBERS.length)];
        default -> "u" + random.nextInt(5);
      };
    }

    private byte[] bytes(int length) {
      byte[] bytes = new byte[length];
      random.nextBytes(bytes);
      return bytes;
    }
  }

  private static WriteRecord with(WriteRecord record, Header header) {
    return new WriteRecord(
        record.partition(), 42, 5, 1234, record.key(), record.value(), List.of(header));
  }

  private static WriteRecord record(String path, String value, String headers) {
    List<Header> list = new ArrayList<>();
    for (String header : headers.isBlank() ? new String[0] : headers.strip().split(" +")) {
      int equals = header.indexOf('=');
      list.add(Header.of(header.substring(0, equals), header.substring(equals + 1)));
    }
    byte[] key = bytes(path);
    return new WriteRecord(
        WriteRecordDecoder.partition(key, PARTITIONS),
        42,
        5,
        1234,
        key,
        value == null ? null : bytes(value),
        list);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
