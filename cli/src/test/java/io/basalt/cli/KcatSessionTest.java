package io.basalt.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A person writes with kcat alone, as the README says, and reads back with {@code get}. */
@Tag("integration")
@Timeout(240)
class KcatSessionTest {
  @TempDir static Path folder;
  private static RunningStore store;

  @BeforeAll
  static void start() {
    boolean installed = Files.isExecutable(Path.of("/usr/bin/kcat"));
    assumeTrue(
        installed || System.getenv("CI") != null,
        "kcat is not installed: apt-get install kcat, or run ./test, which does so");
    store = RunningStore.start(folder.resolve("store"), "--scm-size", "64MiB", "--capacity", "0");
  }

  @AfterAll
  static void stop() {
    if (store != null) {
      store.close();
    }
  }

  @Test
  void everyOperationReadsBackRight() throws Exception {
    String path = "/kcat/file ä";
    byte[] bytes = Commands.random(700_000);
    produce(path, bytes);
    assertThat(get(path)).isEqualTo(bytes);

    byte[] patch = Commands.random(1_000);
    produce(path, patch, "op=write", "offset=5000");
    System.arraycopy(patch, 0, bytes, 5_000, patch.length);
    assertThat(get(path)).isEqualTo(bytes);

    byte[] more = Commands.random(333);
    produce(path, more, "op=append");
    bytes = joined(bytes, more);
    assertThat(get(path)).isEqualTo(bytes);

    produceNull(path, "op=truncate", "size=6001");
    bytes = Arrays.copyOf(bytes, 6_001);
    assertThat(get(path)).isEqualTo(bytes);

    produceNull(path, "op=truncate", "size=6100");
    bytes = Arrays.copyOf(bytes, 6_100);
    assertThat(get(path)).isEqualTo(bytes);

    produceNull(path);
    applied();
    assertThat(store.run("get", path, folder.resolve("gone").toString()).failure())
        .isEqualTo("there is no file " + path);

    byte[] first = Commands.random(400_000);
    byte[] second = Commands.random(123_456);
    produce(path, second, "op=write", "upload=u1", "offset=400000");
    produce(path, first, "op=write", "upload=u1", "offset=0");
    applied();
    assertThat(store.run("ls", "/kcat").failure()).contains("no file or directory /kcat");
    produceNull(path, "op=publish", "upload=u1", "size=523456");
    assertThat(get(path)).isEqualTo(joined(first, second));

    assertThat(store.run("verify", "--json").json().path("problems")).isEmpty();
  }

  /** Sends one record; the value is the content of a file. */
  private static void produce(String path, byte[] value, String... headers) throws Exception {
    Path file = Files.write(folder.resolve("value"), value);
    kcat(Path.of("/dev/null"), headers, "-k", path, file.toString());
  }

  /** Sends a record without a value: kcat skips empty files, so the line of the key says it. */
  private static void produceNull(String path, String... headers) throws Exception {
    Path line = Files.writeString(folder.resolve("key"), path + "\t\n");
    kcat(line, headers, "-K", "\\t", "-Z");
  }

  private static void kcat(Path input, String[] headers, String... rest)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of("kcat", "-P", "-b", store.status().path("bootstrap").asText(), "-t"));
    command.addAll(List.of("basalt.writes", "-X", "topic.partitioner=murmur2_random"));
    for (String header : headers) {
      command.addAll(List.of("-H", header));
    }
    command.addAll(List.of(rest));
    Path output = folder.resolve("kcat.out");
    Process process =
        new ProcessBuilder(command)
            .redirectInput(input.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("kcat ended").isTrue();
    assertThat(process.exitValue()).as(Files.readString(output)).isZero();
  }

  private static void applied() {
    store.await("no lag", status -> status.path("lag").asLong(-1) == 0);
  }

  private static byte[] get(String path) throws IOException {
    applied();
    Path local = folder.resolve("got");
    store.run("get", path, local.toString()).done();
    return Files.readAllBytes(local);
  }

  private static byte[] joined(byte[] first, byte[] second) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.write(first);
    all.write(second);
    return all.toByteArray();
  }
}
