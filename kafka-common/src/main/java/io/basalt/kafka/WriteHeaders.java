package io.basalt.kafka;

import io.basalt.kafka.WriteRecord.Header;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** The headers of a write record that Basalt knows, each at most once; others are ignored. */
final class WriteHeaders {
  static final int MAX_UPLOAD_BYTES = 128;
  private static final int MAX_QUOTED = 40;

  /** The headers of the contract. */
  enum Name {
    OP,
    OFFSET,
    SIZE,
    UPLOAD;

    final String text = name().toLowerCase(Locale.ROOT);

    private static Optional<Name> of(String text) {
      for (Name name : values()) {
        if (name.text.equals(text)) {
          return Optional.of(name);
        }
      }
      return Optional.empty();
    }
  }

  private final Map<Name, String> values;

  private WriteHeaders(Map<Name, String> values) {
    this.values = values;
  }

  static WriteHeaders of(List<Header> headers) throws BadRecordException {
    Map<Name, String> values = new EnumMap<>(Name.class);
    for (Header header : headers) {
      Optional<Name> known = Name.of(header.name());
      if (known.isPresent()
          && values.put(known.get(), ascii(header.name(), header.value())) != null) {
        throw new BadRecordException("header " + header.name() + " stands there twice");
      }
    }
    return new WriteHeaders(values);
  }

  private static String ascii(String name, byte[] value) throws BadRecordException {
    if (value == null || value.length == 0) {
      throw new BadRecordException("header " + name + " has no value");
    }
    for (byte b : value) {
      if (b <= ' ' || b == 0x7f) {
        throw new BadRecordException("header " + name + " is not printable ASCII without blanks");
      }
    }
    return new String(value, StandardCharsets.US_ASCII);
  }

  Optional<String> op() {
    return Optional.ofNullable(values.get(Name.OP));
  }

  boolean has(Name name) {
    return values.containsKey(name);
  }

  /** Fails if there is a header, other than {@code op}, that the operation does not know. */
  void allow(String op, Name... allowed) throws BadRecordException {
    for (Name name : values.keySet()) {
      if (name != Name.OP && !List.of(allowed).contains(name)) {
        throw new BadRecordException("header " + name.text + " does not belong to " + op);
      }
    }
  }

  String upload() throws BadRecordException {
    String upload = required(Name.UPLOAD);
    if (upload.length() > MAX_UPLOAD_BYTES) {
      throw new BadRecordException(
          "header upload has %d bytes; at most %d are allowed"
              .formatted(upload.length(), MAX_UPLOAD_BYTES));
    }
    return upload;
  }

  /** A number in [0, most] that must be there. */
  long number(Name name, long most) throws BadRecordException {
    return parse(name, required(name), most);
  }

  /** A number in [0, most], if it is there. */
  OptionalLong optionalNumber(Name name, long most) throws BadRecordException {
    return has(name) ? OptionalLong.of(parse(name, values.get(name), most)) : OptionalLong.empty();
  }

  private String required(Name name) throws BadRecordException {
    String value = values.get(name);
    if (value == null) {
      throw new BadRecordException("header " + name.text + " is missing");
    }
    return value;
  }

  private static long parse(Name name, String value, long most) throws BadRecordException {
    if (value.matches("-[0-9]+")) {
      throw new BadRecordException("header " + name.text + " is negative: " + quote(value));
    }
    if (!value.matches("[0-9]+")) {
      throw new BadRecordException("header " + name.text + " is not a number: " + quote(value));
    }
    String digits = value.replaceFirst("^0+(?=.)", "");
    // A limit has at most 19 digits, so a longer number is past it without being parsed.
    if (digits.length() > 18 || Long.parseLong(digits) > most) {
      throw new BadRecordException(
          "header %s is past the largest file of %d bytes: %s"
              .formatted(name.text, most, quote(value)));
    }
    return Long.parseLong(digits);
  }

  static String quote(String text) {
    return text.length() <= MAX_QUOTED ? text : text.substring(0, MAX_QUOTED) + "...";
  }
}
