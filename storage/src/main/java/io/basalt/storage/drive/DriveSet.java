package io.basalt.storage.drive;

import io.basalt.storage.CorruptDataException;
import io.basalt.storage.DaemonThreads;
import io.basalt.storage.config.StoreConfig;
import io.basalt.storage.config.Tier;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * The drives of a store, as one process sees them.
 *
 * <p>Every call runs on threads of its drive, which nobody interrupts, and ends by a deadline. A
 * drive that throws {@link DriveUnavailableException} or misses the deadline has failed: all calls
 * to it then fail at once. One that a configuration names is opened anew from time to time, and
 * used again once it is the same drive and can be written. A caller that is interrupted while it
 * waits leaves, but its call goes on and may still use the buffers that it was given.
 *
 * <p>Safe for use by several threads.
 */
public final class DriveSet implements AutoCloseable {
  private static final int THREADS_PER_DRIVE = 4;

  private final String storeId;
  private final Options options;
  private final Map<String, DriveLane> lanes = new LinkedHashMap<>();
  private final Map<String, LongAdder> mismatches = new ConcurrentHashMap<>();
  private final Map<String, LongAdder> reconstructed = new ConcurrentHashMap<>();
  private final Queue<ThreadPoolExecutor> threads = new ConcurrentLinkedQueue<>();
  private final ScheduledThreadPoolExecutor schedule;
  private final Optional<DriveReturns> returns;

  /**
   * How drives are used.
   *
   * @param reserveShare share of each drive that data may not take
   * @param deadline how long a call may take before its drive counts as failed
   */
  public record Options(double reserveShare, Duration deadline) {
    public static final Options DEFAULTS = new Options(0.05, Duration.ofSeconds(15));

    public Options {
      if (reserveShare < 0 || reserveShare >= 1 || deadline.isNegative() || deadline.isZero()) {
        throw new IllegalArgumentException("reserve " + reserveShare + ", deadline " + deadline);
      }
    }
  }

  /** A set of any drives, each with threads of its own. One that fails stays out. */
  public DriveSet(String storeId, List<? extends Drive> drives, Options options) {
    this(storeId, options, Optional.empty());
    drives.forEach(
        drive -> add(DriveLane.in(drive, threads(drive.info().id()), this::watch, this::wentOut)));
  }

  /**
   * A set whose calls run on the caller's thread, one by one, in an order that repeats. They have
   * no deadline, and a drive that fails stays out.
   */
  public static DriveSet sequential(String storeId, List<? extends Drive> drives, Options options) {
    DriveSet set = new DriveSet(storeId, options, Optional.empty());
    drives.forEach(
        drive ->
            set.add(DriveLane.in(drive, Runnable::run, DriveLane.Deadline.NONE, set::wentOut)));
    return set;
  }

  /** A set whose drives come back: those in and, with the reason, those out. */
  DriveSet(
      String storeId,
      List<? extends Drive> in,
      Map<DriveInfo, String> out,
      Options options,
      DriveReturns.Opening opening) {
    this(storeId, options, Optional.of(opening));
    in.forEach(
        drive -> add(DriveLane.in(drive, threads(drive.info().id()), this::watch, this::wentOut)));
    out.forEach((info, reason) -> add(DriveLane.out(info, reason, this::watch, this::wentOut)));
    lanes.values().stream().filter(lane -> lane.failure().isPresent()).forEach(this::wentOut);
  }

  private DriveSet(String storeId, Options options, Optional<DriveReturns.Opening> opening) {
    this.storeId = storeId;
    this.options = options;
    this.schedule =
        new ScheduledThreadPoolExecutor(1, DaemonThreads.named("basalt-drive-deadlines"));
    schedule.setRemoveOnCancelPolicy(true);
    schedule.setExecuteExistingDelayedTasksAfterShutdownPolicy(true);
    schedule.setKeepAliveTime(10, TimeUnit.SECONDS);
    schedule.allowCoreThreadTimeOut(true);
    this.returns = opening.map(open -> new DriveReturns(open, this::threads, schedule));
  }

  private void add(DriveLane lane) {
    lanes.put(lane.info().id(), lane);
  }

  private Runnable watch(String drive, Consumer<String> expire) {
    long millis = options.deadline().toMillis();
    Future<?> expiry =
        schedule.schedule(
            () -> expire.accept("did not answer within " + millis + " ms"),
            millis,
            TimeUnit.MILLISECONDS);
    return () -> expiry.cancel(false);
  }

  private void wentOut(DriveLane lane) {
    returns.ifPresent(each -> each.wentOut(lane));
  }

  /** Tries now what else is tried from time to time: to use the drives again that are out. */
  void tryReturns() {
    returns.ifPresent(
        each ->
            lanes.values().stream()
                .filter(lane -> lane.failure().isPresent())
                .forEach(each::tryNow));
  }

  /**
   * Opens every drive of the configuration that can be reached. A drive that is missing, empty or
   * holds another drive of the store is left out, and {@link #unavailable()} says why, until it is
   * there.
   *
   * @throws io.basalt.storage.config.ConfigException if a drive belongs to another store, or none
   *     can be reached
   */
  public static DriveSet open(StoreConfig config) {
    return new DriveOpener(config).open(DriveOpener.Strictness.READ);
  }

  /**
   * The same for a process that writes.
   *
   * @throws io.basalt.storage.config.ConfigException also if a drive's path holds another drive of
   *     the store
   */
  public static DriveSet openForWriting(StoreConfig config) {
    return new DriveOpener(config).open(DriveOpener.Strictness.WRITE);
  }

  /** The same for a person who wants to know: what is not in its place is left out, too. */
  public static DriveSet survey(StoreConfig config) {
    return new DriveOpener(config).open(DriveOpener.Strictness.SURVEY);
  }

  /**
   * Makes the directories of a new store's drives and labels them.
   *
   * @throws io.basalt.storage.config.ConfigException if one is not empty; nothing is written then
   */
  public static void initialise(StoreConfig config, String storeId) {
    new DriveOpener(config).initialise(storeId);
  }

  /**
   * Labels drives of the configuration as drives of this store. One that has a label already is
   * left as it is: opening it says whose it is.
   *
   * @throws io.basalt.storage.config.ConfigException if one is not empty; nothing is written then
   */
  public static void label(StoreConfig config, Set<String> driveIds, String storeId) {
    new DriveOpener(config).label(driveIds, storeId);
  }

  private ThreadPoolExecutor threads(String drive) {
    ThreadPoolExecutor executor =
        new ThreadPoolExecutor(
            THREADS_PER_DRIVE,
            THREADS_PER_DRIVE,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            DaemonThreads.named("basalt-drive-" + drive));
    executor.allowCoreThreadTimeOut(true);
    threads.add(executor);
    return executor;
  }

  public String storeId() {
    return storeId;
  }

  /** All drives, also those that are unavailable; the incarnation of one never reached is empty. */
  public List<DriveInfo> infos() {
    return lanes.values().stream().map(DriveLane::info).toList();
  }

  /** The drives of a tier that have not failed. */
  public List<DriveInfo> available(Tier tier) {
    return lanes.values().stream()
        .filter(lane -> lane.failure().isEmpty())
        .map(DriveLane::info)
        .filter(info -> info.tier() == tier)
        .toList();
  }

  /** Ids of the drives that failed or could not be opened, and why. */
  public Map<String, String> unavailable() {
    Map<String, String> result = new LinkedHashMap<>();
    lanes.forEach((id, lane) -> lane.failure().ifPresent(reason -> result.put(id, reason)));
    return result;
  }

  /** Whether the drive failed, could not be opened or is not in the configuration. */
  public boolean isUnavailable(String driveId) {
    DriveLane lane = lanes.get(driveId);
    return lane == null || lane.failure().isPresent();
  }

  /**
   * Runs a call on a thread of the drive. The future fails with an IOException of {@link Drive}.
   */
  public <T> CompletableFuture<T> submit(String driveId, DriveCall<T> call) {
    DriveLane lane = lanes.get(driveId);
    if (lane == null) {
      return CompletableFuture.failedFuture(
          new DriveUnavailableException(driveId, "is not in the configuration", null));
    }
    return lane.submit(call);
  }

  /** Runs a call on a thread of the drive and waits for it. */
  public <T> T call(String driveId, DriveCall<T> call) throws IOException {
    return await(submit(driveId, call));
  }

  /**
   * Asks drives that hold the same, one after the other, until one gives it. What a drive has that
   * is corrupt is counted.
   *
   * @param file its name, for the sentence if it stands on no drive
   * @throws IOException that of the first drive, those of the others suppressed
   */
  public <T> T callAny(List<String> driveIds, String file, DriveCall<T> call) throws IOException {
    IOException first = null;
    for (String drive : driveIds) {
      try {
        return call(drive, call);
      } catch (InterruptedIOException left) {
        throw left;
      } catch (IOException error) {
        if (error instanceof CorruptDataException) {
          countMismatch(drive);
        }
        if (first == null) {
          first = error;
        } else {
          first.addSuppressed(error);
        }
      }
    }
    throw first != null ? first : new IOException(file + " stands on no drive");
  }

  /**
   * Waits for a future of {@link #submit}, or one made of several.
   *
   * @throws InterruptedIOException if the caller is interrupted; its flag stays set, and the call
   *     goes on
   */
  public static <T> T await(CompletableFuture<T> future) throws IOException {
    try {
      return future.get();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      InterruptedIOException left = new InterruptedIOException("interrupted during drive I/O");
      left.initCause(interrupted);
      throw left;
    } catch (ExecutionException failed) {
      throw ioException(failed.getCause());
    }
  }

  /** The IOException of a failed future; errors and unchecked exceptions are thrown on. */
  public static IOException ioException(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof IOException io) {
      return io;
    }
    if (cause instanceof RuntimeException unchecked) {
      throw unchecked;
    }
    if (cause instanceof Error error) {
      throw error;
    }
    return new IOException(cause);
  }

  public Space space(String driveId) throws IOException {
    return await(submitSpace(driveId));
  }

  public CompletableFuture<Space> submitSpace(String driveId) {
    return submit(
        driveId,
        drive -> {
          long size = drive.info().size();
          return new Space(
              size, drive.usedBytes(), (long) Math.ceil(size * options.reserveShare()));
        });
  }

  /** Counts bytes of a drive that did not match their checksum. */
  public void countMismatch(String driveId) {
    mismatches.computeIfAbsent(driveId, id -> new LongAdder()).increment();
  }

  /** Checksum mismatches found by this process, by drive. */
  public Map<String, Long> mismatches() {
    Map<String, Long> result = new LinkedHashMap<>();
    mismatches.forEach((drive, count) -> result.put(drive, count.sum()));
    return result;
  }

  /** Counts bytes of a drive's strips that had to be computed from others. */
  public void countReconstructed(String driveId, long bytes) {
    reconstructed.computeIfAbsent(driveId, id -> new LongAdder()).add(bytes);
  }

  /** Bytes that this process computed because their strip was lost or wrong, by drive. */
  public Map<String, Long> reconstructed() {
    Map<String, Long> result = new LinkedHashMap<>();
    reconstructed.forEach((drive, bytes) -> result.put(drive, bytes.sum()));
    return result;
  }

  /** Lets calls that have begun end by themselves; later ones fail. */
  @Override
  public void close() {
    threads.forEach(ThreadPoolExecutor::shutdown);
    schedule.shutdown();
  }
}
