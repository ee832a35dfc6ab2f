package io.basalt.cli.command;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Bytes [from, to) of a file. */
record ByteRange(long from, long to) {
  /** Reads {@code A-B}; B is exclusive. */
  static final class Converter implements ITypeConverter<ByteRange> {
    @Override
    public ByteRange convert(String text) {
      int dash = text.indexOf('-');
      try {
        long from = Long.parseLong(text.substring(0, Math.max(0, dash)));
        long to = Long.parseLong(text.substring(dash + 1));
        if (dash > 0 && from <= to) {
          return new ByteRange(from, to);
        }
      } catch (NumberFormatException e) {
        // Not a number is answered like not a range.
      }
      throw new TypeConversionException("'" + text + "' is not a range such as 0-4096");
    }
  }
}
