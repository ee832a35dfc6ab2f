package io.basalt.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** Runs the program as a person does, with arguments and an environment. */
public final class Commands {
  private static final long PATIENCE_SECONDS = 120;

  private Commands() {}

  /** One command within this process. */
  public static Outcome run(String... arguments) {
    return run(Map.of(), arguments);
  }

  static Outcome run(Map<String, String> environment, String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int status =
        Basalt.run(arguments, environment, new PrintWriter(out, true), new PrintWriter(err, true));
    return new Outcome(status, out.toString(), err.toString());
  }

  /** One command as a process of its own, with an input; what it prints is read as Latin-1. */
  static Outcome process(Path folder, byte[] input, String... arguments)
      throws IOException, InterruptedException {
    Path in = Files.createTempFile(folder, "in", "");
    Path out = Files.createTempFile(folder, "out", "");
    Path err = Files.createTempFile(folder, "err", "");
    Files.write(in, input);
    Process process =
        process(arguments)
            .redirectInput(in.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("no end after " + PATIENCE_SECONDS + " s: " + List.of(arguments));
    }
    return new Outcome(
        process.exitValue(),
        Files.readString(out, StandardCharsets.ISO_8859_1),
        Files.readString(err, StandardCharsets.ISO_8859_1));
  }

  /** Starts one command as a process of its own, and what it prints goes to a file. */
  static Process start(Path output, String... arguments) throws IOException {
    return process(arguments).redirectErrorStream(true).redirectOutput(output.toFile()).start();
  }

  /** Bytes that are the same each time. */
  static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private static ProcessBuilder process(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xshare:auto", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(
        List.of(
            "-Dslf4j.provider=org.slf4j.helpers.NOP_FallbackServiceProvider",
            "-Dslf4j.internal.verbosity=ERROR",
            "-cp",
            System.getProperty("java.class.path"),
            Basalt.class.getName()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command);
  }
}
