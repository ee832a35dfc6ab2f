package io.basalt.erasure;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * Loads the JNI library, once per class loader and at the first use: it is extracted to a fresh
 * temporary file, which is deleted as soon as it is mapped. A machine without it, or without
 * libjerasure2, gets a sentence and not a stack trace.
 */
final class NativeLibrary {
  private static final String FILE = "libbasalt_erasure.so";

  /** Why there is no native kernel; empty when there is. */
  private static final Optional<String> PROBLEM = load("/native/" + platform() + "/" + FILE);

  private NativeLibrary() {}

  /** One sentence that says what to install, or nothing when the library is there. */
  static Optional<String> problem() {
    return PROBLEM;
  }

  static boolean isThere() {
    return PROBLEM.isEmpty();
  }

  static boolean has(Kernel kernel) {
    return kernel == Kernel.JAVA || (isThere() && NativeKernels.available(kernel.number()));
  }

  private static String platform() {
    String arch = System.getProperty("os.arch");
    return "linux-" + (arch.equals("amd64") ? "x86_64" : arch);
  }

  private static Optional<String> load(String resource) {
    try (InputStream library = NativeLibrary.class.getResourceAsStream(resource)) {
      if (library == null) {
        return Optional.of(
            "this build of Basalt has no native erasure library for %s: install gcc, make,"
                    .formatted(platform())
                + " libjerasure-dev and libgf-complete-dev, and build it here");
      }
      Path file = Files.createTempFile("basalt-erasure-", ".so");
      try {
        Files.copy(library, file, StandardCopyOption.REPLACE_EXISTING);
        System.load(file.toString());
      } finally {
        Files.deleteIfExists(file);
      }
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(
          "the native erasure library cannot be written to java.io.tmpdir %s: %s"
              .formatted(System.getProperty("java.io.tmpdir"), e.getMessage()));
    } catch (UnsatisfiedLinkError e) {
      return Optional.of(explain(String.valueOf(e.getMessage())));
    }
  }

  /** The linker's message as a sentence. */
  static String explain(String message) {
    if (message.contains("libJerasure.so")) {
      return "libJerasure is missing: apt-get install libjerasure2";
    }
    if (message.contains("libgf_complete.so")) {
      return "libgf_complete is missing: apt-get install libgf-complete1";
    }
    if (message.contains("failed to map segment")) {
      return "java.io.tmpdir %s is mounted noexec: name another with -Djava.io.tmpdir"
          .formatted(System.getProperty("java.io.tmpdir"));
    }
    return "the native erasure library cannot be loaded: " + message;
  }
}
