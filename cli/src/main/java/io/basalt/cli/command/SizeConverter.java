package io.basalt.cli.command;

import io.basalt.storage.config.Quantity;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A size such as 1GiB, in bytes. */
final class SizeConverter implements ITypeConverter<Long> {
  @Override
  public Long convert(String text) {
    return Quantity.size(text)
        .filter(size -> size > 0)
        .orElseThrow(
            () -> new TypeConversionException("'" + text + "' is not a size such as 1GiB"));
  }
}
