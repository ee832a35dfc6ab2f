package io.basalt.storage.config;

import io.basalt.storage.FileErrors;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;

/** Reads and checks a basalt.yaml. What is left out has the defaults of docs/operations. */
public final class StoreConfigLoader {
  private static final long MIB = 1L << 20;
  private static final Pattern DRIVE_ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,63}");
  private static final Pattern ERASURE = Pattern.compile("([0-9]{1,3})\\+([0-9]{1,3})");
  private static final Duration NONE = Duration.ZERO;
  private static final Duration MILLISECOND = Duration.ofMillis(1);

  private final Path file;

  private StoreConfigLoader(Path file) {
    this.file = file;
  }

  /**
   * Reads a file; relative paths in it are relative to the file.
   *
   * @throws ConfigException one sentence that names the key and what to correct
   */
  public static StoreConfig load(Path yaml) {
    Path file = yaml.toAbsolutePath().normalize();
    StoreConfig config = new StoreConfigLoader(file).config(parse(file));
    StoreConfigChecks.check(config);
    return config;
  }

  private static Object parse(Path file) {
    LoaderOptions options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    try {
      return new Yaml(new SafeConstructor(options)).load(Files.readString(file));
    } catch (NoSuchFileException missing) {
      throw new ConfigException(
          file + " does not exist: make a store with basalt init, or name its file with -c",
          missing);
    } catch (MarkedYAMLException malformed) {
      throw new ConfigException(
          "%s, line %d: %s"
              .formatted(
                  file, malformed.getProblemMark().getLine() + 1, malformed.getProblem().strip()),
          malformed);
    } catch (YAMLException | CharacterCodingException malformed) {
      throw new ConfigException(file + " is not a YAML file: " + oneLine(malformed), malformed);
    } catch (IOException unreadable) {
      throw new ConfigException(
          file + " cannot be read: " + FileErrors.reason(unreadable), unreadable);
    }
  }

  private static String oneLine(Exception error) {
    return String.valueOf(error.getMessage()).lines().findFirst().orElse("");
  }

  private StoreConfig config(Object yaml) {
    ConfigSection top = new ConfigSection(file.toString(), "", yaml);
    StoreConfig config =
        new StoreConfig(
            file,
            top.text("store"),
            drives(top.sections("drives")),
            top.number("root-copies", "3", 2, 16),
            top.size("segment-size", "16MiB", MIB, 64 * MIB),
            (int) top.size("shard-size", "256KiB", 4096, 16 * MIB),
            top.number("open-segments", "2", 1, 64),
            top.time("commit-interval", "20ms", MILLISECOND),
            top.time("seal-after", "60s", MILLISECOND),
            top.share("reserve", "5%", 0.001, 0.5),
            erasure(top),
            watermark(top.section("watermark")),
            migrate(top.section("migrate")),
            compaction(top.section("compaction")),
            retention(top.section("retention")),
            (int) top.size("max-record", "1MiB", 1024, 512 * MIB),
            top.size("max-file-size", "8TiB", MIB, 1L << 62),
            kafka(top.section("kafka")));
    top.refuseUnknown();
    return config;
  }

  private List<StoreConfig.DriveConfig> drives(List<ConfigSection> sections) {
    List<StoreConfig.DriveConfig> drives = new ArrayList<>();
    Set<String> ids = new HashSet<>();
    Set<Path> paths = new HashSet<>();
    for (ConfigSection section : sections) {
      StoreConfig.DriveConfig drive = drive(section);
      if (!ids.add(drive.id())) {
        throw section.error("id", "\"" + drive.id() + "\" is used twice; give each drive its own");
      }
      if (!paths.add(drive.path())) {
        throw section.error("path", drive.path() + " is used twice; give each drive its own");
      }
      drives.add(drive);
    }
    return drives;
  }

  private StoreConfig.DriveConfig drive(ConfigSection section) {
    String id = section.text("id");
    if (!DRIVE_ID.matcher(id).matches()) {
      throw section.error(
          "id", "is \"" + id + "\"; it must be letters, digits, dots, dashes, at most 64");
    }
    Tier tier =
        switch (section.text("tier").toLowerCase(Locale.ROOT)) {
          case "scm" -> Tier.SCM;
          case "capacity" -> Tier.CAPACITY;
          default ->
              throw section.error(
                  "tier", "is \"" + section.text("tier") + "\"; it must be scm or capacity");
        };
    StoreConfig.DriveConfig drive =
        new StoreConfig.DriveConfig(
            id,
            tier,
            path(section),
            section.text("enclosure"),
            section.size("size", section.text("size"), MIB, 1L << 60));
    section.refuseUnknown();
    return drive;
  }

  private Path path(ConfigSection section) {
    try {
      return file.resolveSibling(section.text("path")).normalize();
    } catch (java.nio.file.InvalidPathException invalid) {
      throw section.error("path", "is no path: " + invalid.getReason());
    }
  }

  private static StoreConfig.Erasure erasure(ConfigSection top) {
    String text = top.text("erasure", "4+2");
    if (text.equals("auto")) {
      return new StoreConfig.Erasure(OptionalInt.empty(), OptionalInt.empty());
    }
    Matcher matcher = ERASURE.matcher(text);
    if (!matcher.matches()) {
      throw top.error("erasure", "is \"" + text + "\", neither K+M such as 4+2 nor auto");
    }
    int data = Integer.parseInt(matcher.group(1));
    int parity = Integer.parseInt(matcher.group(2));
    if (data < 1 || parity < 1 || data + parity > 256) {
      throw top.error(
          "erasure", "is " + text + "; K and M must be at least 1, together at most 256");
    }
    return new StoreConfig.Erasure(OptionalInt.of(data), OptionalInt.of(parity));
  }

  private static StoreConfig.Watermark watermark(ConfigSection section) {
    double high = section.share("high", "0.80", 0.01, 1);
    double low = section.share("low", Double.toString(Math.min(high, 0.80)), 0.01, 1);
    section.refuseUnknown();
    if (low > high) {
      throw section.error("low", "is %s, above high, %s; lower it".formatted(low, high));
    }
    return new StoreConfig.Watermark(high, low);
  }

  private static StoreConfig.Migrate migrate(ConfigSection section) {
    var migrate = new StoreConfig.Migrate(section.time("interval", "10s", MILLISECOND));
    section.refuseUnknown();
    return migrate;
  }

  private static StoreConfig.Compaction compaction(ConfigSection section) {
    var compaction =
        new StoreConfig.Compaction(
            section.time("interval", "60s", MILLISECOND),
            section.share("live-threshold", "0.5", 0, 1),
            section.time("upload-retention", "24h", NONE));
    section.refuseUnknown();
    return compaction;
  }

  private static StoreConfig.Retention retention(ConfigSection section) {
    var retention =
        new StoreConfig.Retention(
            section.time("keep-all-for", "10m", NONE),
            section.number("per-minute", "60", 0, 1_000_000),
            section.number("per-hour", "24", 0, 1_000_000),
            section.number("per-day", "7", 0, 1_000_000));
    section.refuseUnknown();
    return retention;
  }

  private static StoreConfig.Kafka kafka(ConfigSection section) {
    ConfigSection names = section.section("topics");
    var topics =
        new StoreConfig.Topics(
            names.text("writes", "basalt.writes"),
            names.text("acks", "basalt.acks"),
            names.text("rejects", "basalt.rejects"),
            names.text("commits", "basalt.commits"));
    names.refuseUnknown();
    var kafka =
        new StoreConfig.Kafka(
            section.text("bootstrap", "127.0.0.1:9092"),
            topics,
            section.number("partitions", "4", 1, 100_000),
            section.time("keep", "1h", NONE),
            section.section("properties").entries());
    section.refuseUnknown();
    return kafka;
  }
}
