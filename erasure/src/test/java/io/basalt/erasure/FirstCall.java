package io.basalt.erasure;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * A fresh JVM whose very first calls come from many threads at once, from one class loader or from
 * several.
 */
final class FirstCall {
  private static final int THREADS = 32;

  private FirstCall() {}

  /**
   * Arguments: the choice of kernel, and how many class loaders. Prints what did the work, or the
   * error's message.
   */
  public static void main(String[] args) throws Exception {
    int loaders = Integer.parseInt(args[1]);
    CyclicBarrier start = new CyclicBarrier(THREADS);
    List<ClassLoader> classLoaders = new ArrayList<>();
    for (int i = 0; i < loaders; i++) {
      classLoaders.add(loaders == 1 ? FirstCall.class.getClassLoader() : fresh());
    }
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    List<Future<String>> results = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      Class<?> type = classLoaders.get(i % loaders).loadClass(FirstCall.class.getName() + "$Work");
      @SuppressWarnings("unchecked")
      Callable<String> work =
          (Callable<String>)
              type.getDeclaredConstructor(String.class, int.class).newInstance(args[0], i);
      results.add(
          threads.submit(
              () -> {
                start.await();
                return work.call();
              }));
    }
    for (Future<String> result : results) {
      System.out.println(result.get());
    }
    threads.shutdown();
  }

  private static ClassLoader fresh() throws IOException {
    List<URL> urls = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(":", -1)) {
      urls.add(Path.of(entry).toUri().toURL());
    }
    return new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
  }

  /**
   * Encodes once and compares; public, since its own class loader may not be the one that calls.
   */
  public static final class Work implements Callable<String> {
    private final String choice;
    private final int seed;

    public Work(String choice, int seed) {
      this.choice = choice;
      this.seed = seed;
    }

    @Override
    public String call() {
      Geometry geometry = new Geometry(5 + seed % 4, 3);
      try (ErasureCode code = ErasureCode.open(geometry, KernelChoice.parse(choice))) {
        ByteBuffer[] strips = Stripes.random(geometry, 10_000, seed);
        code.encode(StripBuffers.of(strips), 0, 10_000);
        ByteBuffer[] expected = Stripes.encoded(geometry, 10_000, seed);
        for (int i = 0; i < strips.length; i++) {
          if (!strips[i].equals(expected[i])) {
            return "strip " + i + " is wrong";
          }
        }
        return "right by " + (code.kernel().isNative() ? "native" : "java");
      } catch (KernelUnavailableException e) {
        return e.getMessage();
      }
    }
  }
}
