package io.basalt.storage.drive;

import io.basalt.storage.config.ConfigException;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.config.StoreConfig.DriveConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

  DriveSet open() {
    List<FileDrive> drives = new ArrayList<>();
    Map<DriveInfo, String> unavailable = new LinkedHashMap<>();
    Map<DriveConfig, CompletableFuture<FileDrive>> opening = new LinkedHashMap<>();
    config.drives().forEach(drive -> opening.put(drive, submit(drive)));
    opening.forEach(
        (drive, future) -> {
          try {
            drives.add(DriveSet.await(future));
          } catch (DriveUnavailableException reason) {
            unavailable.put(info(drive), reason.reason());
          } catch (IOException reason) {
            unavailable.put(info(drive), reason.getMessage());
          }
        });
    return new DriveSet(storeId(drives, unavailable), options(), drives, unavailable, false);
  }

  private DriveSet.Options options() {
    return new DriveSet.Options(config.reserve(), DriveSet.Options.DEFAULTS.deadline());
  }

  /** Opens on a thread of its own, so that a drive that hangs delays this by the deadline only. */
  private static CompletableFuture<FileDrive> submit(DriveConfig drive) {
    CompletableFuture<FileDrive> result = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                result.complete(FileDrive.open(drive));
              } catch (Throwable error) {
                result.completeExceptionally(error);
              }
            },
            "basalt-open-" + drive.id());
    thread.setDaemon(true);
    thread.start();
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
    String storeId = mostFrequentStore(drives);
    for (FileDrive drive : drives) {
      if (!drive.label().store().equals(storeId)) {
        throw new ConfigException(
            "drive %s belongs to store %s, the others to store %s: correct its path in %s"
                .formatted(drive.info().id(), drive.label().store(), storeId, config.file()));
      }
    }
    return storeId;
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
      for (DriveConfig drive : config.drives()) {
        String reason = FileDrive.whyNotNew(drive.path());
        if (reason != null) {
          throw new ConfigException(
              "drive %s cannot be made in %s: %s; name an empty directory"
                  .formatted(drive.id(), drive.path(), reason));
        }
      }
      for (DriveConfig drive : config.drives()) {
        FileDrive.write(DriveLabel.fresh(storeId, drive.id()), drive.path());
      }
    } catch (IOException error) {
      throw new ConfigException("the drives cannot be made: " + error, error);
    }
  }
}
