package io.basalt.cli.command;

import io.basalt.storage.commit.Moment;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Which root a command reads: the head, an earlier one, or the newest of a time. */
final class MomentOptions {
  @ArgGroup private Choice choice;

  private static final class Choice {
    @Option(
        names = "--root",
        paramLabel = "N|TAG",
        converter = RootConverter.class,
        description = "as of this root; see roots")
    private Moment root;

    @Option(
        names = "--as-of",
        paramLabel = "TIME",
        converter = AsOfConverter.class,
        description = "as of this time, ISO-8601: the newest root that is kept from then or before")
    private Moment asOf;
  }

  Moment moment() {
    if (choice == null) {
      return Moment.HEAD;
    }
    return choice.root != null ? choice.root : choice.asOf;
  }

  /** A root by its number or tag. */
  static final class RootConverter implements ITypeConverter<Moment> {
    @Override
    public Moment convert(String text) {
      try {
        return Moment.root(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException("is no root's number or tag: " + e.getMessage());
      }
    }
  }

  private static final class AsOfConverter implements ITypeConverter<Moment> {
    @Override
    public Moment convert(String text) {
      try {
        return Moment.asOf(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }
}
