package io.basalt.storage.run;

import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;

/**
 * Columns of a run: {@code EventRecord} as parquet-avro maps it, with lists of three levels.
 * Written out here because deriving it loads most of Avro and Hadoop, which a listing has no time
 * for; a test holds it equal to what the Avro schema gives.
 */
final class RunSchema {
  static final int VERSION = 1;

  /** Footer key of the format version. */
  static final String VERSION_KEY = "basalt.run.version";

  /** Footer key under which Avro's Parquet readers look for the record schema. */
  static final String AVRO_KEY = "parquet.avro.schema";

  static final int PATH = 0;
  static final int INCARNATION = 1;
  static final int PARTITION = 2;
  static final int OFFSET = 3;
  static final int TIMESTAMP = 4;
  static final int OP = 5;
  static final int POSITION = 6;
  static final int UPLOAD = 7;
  static final int SHARDS = 8;

  static final int SHARD_SEGMENT = 0;
  static final int SHARD_POSITION = 1;
  static final int SHARD_LENGTH = 2;
  static final int SHARD_CRC32C = 3;

  static final MessageType MESSAGE =
      MessageTypeParser.parseMessageType(
          """
          message io.basalt.schemas.EventRecord {
            required binary path (STRING);
            required int32 incarnation;
            required int32 partition;
            required int64 offset;
            required int64 timestamp;
            required binary op (ENUM);
            required int64 position;
            optional binary upload (STRING);
            required group shards (LIST) {
              repeated group list {
                required group element {
                  required binary segment (STRING);
                  required int64 position;
                  required int32 length;
                  required int32 crc32c;
                }
              }
            }
          }
          """);

  private RunSchema() {}

  static String column(int field) {
    return MESSAGE.getFieldName(field);
  }
}
