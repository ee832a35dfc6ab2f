package io.basalt.cli.command;

import io.basalt.storage.config.Quantity;
import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A time such as 30s. */
final class TimeConverter implements ITypeConverter<Duration> {
  @Override
  public Duration convert(String text) {
    return Quantity.time(text)
        .orElseThrow(() -> new TypeConversionException("'" + text + "' is not a time such as 30s"));
  }
}
