package io.basalt.storage.drive;

import io.basalt.storage.DaemonThreads;
import io.basalt.storage.FileErrors;
import io.basalt.storage.config.ConfigException;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.config.StoreConfig.DriveConfig;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Opens and labels the drives that a configuration names. */
final class DriveOpener {
  private static final Duration DEADLINE = Duration.ofSeconds(5);

  private final StoreConfig config;

  DriveOpener(StoreConfig config) {
    this.config = config;
  }

  /** What becomes of drives that are not where the configuration says. */
  enum Strictness {
    /** Each is left out, whatever it is. */
    SURVEY,
    /** Another store's drive is refused. */
    READ,
    /** So is another drive of this store. */
    WRITE
  }

  DriveSet open(Strictness strictness) {
    List<FileDrive> drives = new ArrayList<>();
    Map<DriveInfo, String> unavailable = new LinkedHashMap<>();
    Map<DriveConfig, CompletableFuture<FileDrive>> opening = new LinkedHashMap<>();
    config.drives().forEach(drive -> opening.put(drive, submit(drive)));
    opening.forEach(
        (drive, future) -> {
          try {
            drives.add(DriveSet.await(future));
          } catch (MisplacedDriveException reason) {
            if (strictness == Strictness.WRITE) {
              throw new ConfigException(
                  "drive %s: %s in %s".formatted(drive.id(), reason.reason(), config.file()),
                  reason);
            }
            unavailable.put(info(drive), reason.reason());
          } catch (DriveUnavailableException reason) {
            unavailable.put(info(drive), reason.reason());
          } catch (IOException reason) {
            unavailable.put(info(drive), reason.getMessage());
          }
        });
    String storeId = storeId(drives, unavailable);
    List<FileDrive> foreign =
        drives.stream().filter(drive -> !drive.label().store().equals(storeId)).toList();
    for (FileDrive drive : foreign) {
      String reason =
          "belongs to store %s, the others to store %s: correct its path in %s"
              .formatted(drive.label().store(), storeId, config.file());
      if (strictness != Strictness.SURVEY) {
        throw new ConfigException("drive %s %s".formatted(drive.info().id(), reason));
      }
      unavailable.put(drive.info(), reason);
    }
    drives.removeAll(foreign);
    return new DriveSet(storeId, drives, unavailable, options(), info -> openAnew(storeId, info));
  }

  /** The very drive that was there before, if its label was ever read, and writable. */
  private FileDrive openAnew(String storeId, DriveInfo before) throws IOException {
    DriveConfig named =
        config.drives().stream()
            .filter(each -> each.id().equals(before.id()))
            .findFirst()
            .orElseThrow();
    FileDrive drive = FileDrive.open(named);
    if (!drive.label().store().equals(storeId)) {
      throw new DriveUnavailableException(
          before.id(),
          "belongs to store " + drive.label().store() + ": mount the right drive",
          null);
    }
    if (!before.incarnation().isEmpty()
        && !before.incarnation().equals(drive.label().incarnation())) {
      throw new DriveUnavailableException(
          before.id(), "was emptied and labelled anew: mount the right drive", null);
    }
    drive.probe();
    return drive;
  }

  private DriveSet.Options options() {
    return new DriveSet.Options(config.reserve(), DriveSet.Options.DEFAULTS.deadline());
  }

  /** Opens on a thread of its own, so that a drive that hangs delays this by the deadline only. */
  private static CompletableFuture<FileDrive> submit(DriveConfig drive) {
    CompletableFuture<FileDrive> result = new CompletableFuture<>();
    Runnable opening =
        () -> {
          try {
            result.complete(FileDrive.open(drive));
          } catch (Throwable error) {
            result.completeExceptionally(error);
          }
        };
    DaemonThreads.named("basalt-open-" + drive.id()).newThread(opening).start();
    return result
        .orTimeout(DEADLINE.toMillis(), TimeUnit.MILLISECONDS)
        .exceptionallyCompose(
            error ->
                CompletableFuture.failedFuture(
                    error instanceof java.util.concurrent.TimeoutException
                        ? new DriveUnavailableException(
                            drive.id(),
                            "did not answer within " + DEADLINE.toSeconds() + " s",
                            null)
                        : error));
  }

  private String storeId(List<FileDrive> drives, Map<DriveInfo, String> unavailable) {
    if (drives.isEmpty()) {
      Map.Entry<DriveInfo, String> first = unavailable.entrySet().iterator().next();
      throw new ConfigException(
          "none of the drives in %s can be used; drive %s: %s"
              .formatted(config.file(), first.getKey().id(), first.getValue()));
    }
    return mostFrequentStore(drives);
  }

  private static String mostFrequentStore(List<FileDrive> drives) {
    return drives.stream()
        .map(drive -> drive.label().store())
        .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()))
        .entrySet()
        .stream()
        .max(Map.Entry.comparingByValue())
        .orElseThrow()
        .getKey();
  }

  private static DriveInfo info(DriveConfig drive) {
    return new DriveInfo(drive.id(), drive.tier(), drive.enclosure(), drive.size(), "");
  }

  void initialise(String storeId) {
    try {
      requireEmpty(config.drives());
      for (DriveConfig drive : config.drives()) {
        LabelFile.write(DriveLabel.fresh(storeId, drive.id()), drive.path());
      }
    } catch (IOException error) {
      throw new ConfigException("the drives cannot be made: " + FileErrors.sentence(error), error);
    }
  }

  void label(Set<String> driveIds, String storeId) {
    List<DriveConfig> fresh =
        config.drives().stream()
            .filter(drive -> driveIds.contains(drive.id()))
            .filter(drive -> !Files.exists(drive.path().resolve(DriveLabel.FILE)))
            .toList();
    try {
      requireEmpty(fresh);
      for (DriveConfig drive : fresh) {
        try {
          LabelFile.write(DriveLabel.fresh(storeId, drive.id()), drive.path());
        } catch (FileAlreadyExistsException another) {
          // Another process labelled it a moment ago; which of the two did so is all the same.
          continue;
        }
      }
    } catch (IOException error) {
      throw new ConfigException(
          "the new drives cannot be labelled: " + FileErrors.sentence(error), error);
    }
  }

  private static void requireEmpty(List<DriveConfig> drives) throws IOException {
    for (DriveConfig drive : drives) {
      String reason = LabelFile.whyNotNew(drive.path());
      if (reason != null) {
        throw new ConfigException(
            "drive %s cannot be made in %s: %s; name an empty directory"
                .formatted(drive.id(), drive.path(), reason));
      }
    }
  }
}
