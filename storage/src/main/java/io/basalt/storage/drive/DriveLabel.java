package io.basalt.storage.drive;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.basalt.storage.UnsupportedFormatException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/**
 * The label of a drive: whose it is. Written once when the drive joins a store.
 *
 * @param store random id of the store
 * @param drive the drive's id in that store
 * @param incarnation random id of this very directory, so that one that was emptied and labelled
 *     anew is told from the one before
 */
public record DriveLabel(String store, String drive, String incarnation) {
  public static final String FILE = "basalt-label.json";
  static final int FORMAT = 1;

  /** Bytes; no label is near this. */
  static final int LONGEST = 4096;

  private static final JsonFactory JSON = new JsonFactory();

  /** The label of a drive that joins a store. */
  static DriveLabel fresh(String store, String drive) {
    return new DriveLabel(store, drive, UUID.randomUUID().toString());
  }

  byte[] encode() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeNumberField("format", FORMAT);
      json.writeStringField("store", store);
      json.writeStringField("drive", drive);
      json.writeStringField("incarnation", incarnation);
      json.writeEndObject();
    }
    out.write('\n');
    return out.toByteArray();
  }

  /** Reads a label; an IOException says why it is none. */
  static DriveLabel decode(byte[] bytes) throws IOException {
    Map<String, String> fields = new HashMap<>();
    try (JsonParser json = JSON.createParser(bytes)) {
      json.nextToken();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        json.nextToken();
        fields.put(name, json.getValueAsString());
      }
    }
    int format = number(fields.get("format"));
    if (format > FORMAT) {
      throw new UnsupportedFormatException(FILE, FORMAT, format);
    }
    return new DriveLabel(
        required(fields, "store"), required(fields, "drive"), required(fields, "incarnation"));
  }

  private static int number(String text) throws IOException {
    if (text == null || !text.matches("[0-9]{1,9}")) {
      throw new IOException("its label has no format");
    }
    return Integer.parseInt(text);
  }

  private static String required(Map<String, String> fields, String name) throws IOException {
    String value = fields.get(name);
    if (value == null || value.isEmpty()) {
      throw new IOException("its label has no " + name);
    }
    return value;
  }
}
