package io.basalt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What files are put to, listed in, got from and removed from a store that runs. */
interface FileCommands {
  RunningStore store();

  /** For what the commands read and write. */
  Path folder();

  @Test
  default void aFileComesBackByteForByte() throws Exception {
    byte[] bytes = Commands.random(3 << 20);
    Path local = Files.write(folder().resolve("three-mebibytes"), bytes);

    JsonNode put = store().run("put", local.toString(), "/whole/file", "--json").json();

    assertThat(put.path("path").asText()).isEqualTo("/whole/file");
    assertThat(put.path("bytes").asLong()).isEqualTo(bytes.length);
    assertThat(put.path("root").asLong()).isPositive();
    assertThat(put.path("millis").isIntegralNumber()).isTrue();
    Path copy = folder().resolve("copy");
    store().run("get", "/whole/file", copy.toString()).done();
    assertThat(copy).hasBinaryContent(bytes);
    Path directory = Files.createDirectories(folder().resolve("into"));
    store().run("get", "/whole/file", directory.toString()).done();
    assertThat(directory.resolve("file")).hasBinaryContent(bytes);
    assertThat(directory).isDirectoryNotContaining("glob:**.basalt-*");
  }

  @Test
  default void aRangeEndsBeforeItsSecondNumber() throws Exception {
    byte[] bytes = Commands.random(1_500_000);
    store().put("/ranges/file", bytes);
    for (int[] range : new int[][] {{0, 1}, {524_287, 524_289}, {1_499_999, 1_500_000}, {7, 7}}) {
      Path part = folder().resolve("part-" + range[0]);
      store()
          .run("get", "/ranges/file", part.toString(), "--range", range[0] + "-" + range[1])
          .done();
      assertThat(part).hasBinaryContent(Arrays.copyOfRange(bytes, range[0], range[1]));
    }
    assertThat(
            store()
                .run(
                    "get",
                    "/ranges/file",
                    folder().resolve("no").toString(),
                    "--range",
                    "0-1500001")
                .failure())
        .isEqualTo("/ranges/file has 1500000 bytes, so it has no range 0-1500001");
    assertThat(folder().resolve("no")).doesNotExist();
    assertThat(store().run("get", "/ranges/file", "x", "--range", "9-5").badUsage())
        .contains("'9-5' is not a range such as 0-4096");
  }

  @Test
  default void inputAndOutputArePipes() throws Exception {
    byte[] bytes = Commands.random(700_001);
    store().process(bytes, "put", "-", "/pipes/file").done();
    Outcome got = store().process(new byte[0], "get", "/pipes/file", "-").done();
    assertThat(got.out().getBytes(StandardCharsets.ISO_8859_1)).isEqualTo(bytes);
    assertThat(got.err()).isEmpty();
    Outcome missing = store().process(new byte[0], "get", "/pipes/other", "-");
    assertThat(missing.failure()).isEqualTo("there is no file /pipes/other");
    assertThat(missing.out()).isEmpty();
  }

  @Test
  default void aNamedPipeIsWrittenToAndReadAndNotReplaced() throws Exception {
    byte[] bytes = Commands.random(700_001);
    Path in = folder().resolve("pipe-in");
    Path out = folder().resolve("pipe-out");
    for (Path pipe : List.of(in, out)) {
      assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    }
    CompletableFuture<Path> writer = CompletableFuture.supplyAsync(() -> write(in, bytes));
    store().run("put", in.toString(), "/pipes/named").done();
    writer.join();
    CompletableFuture<byte[]> reader = CompletableFuture.supplyAsync(() -> read(out));
    assertThat(store().run("get", "/pipes/named", out.toString()).done().out()).isEmpty();
    assertThat(reader.join()).isEqualTo(bytes);
    store().run("get", "/pipes/named", "/dev/null").done();
    for (Path kept : List.of(in, out, Path.of("/dev/null"))) {
      assertThat(Files.readAttributes(kept, BasicFileAttributes.class).isOther()).isTrue();
    }
  }

  @Test
  default void whatALinkLeadsToIsReplacedAndTheLinkStays() throws Exception {
    store().process(Commands.random(1_000), "put", "-", "/linked").done();
    Path file = Files.write(folder().resolve("led-to"), Commands.random(5));
    Path link = Files.createSymbolicLink(folder().resolve("link"), file);
    store().run("get", "/linked", link.toString()).done();
    assertThat(link).isSymbolicLink();
    assertThat(file).hasSize(1_000);
  }

  private static Path write(Path to, byte[] bytes) {
    try {
      return Files.write(to, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] read(Path from) {
    try {
      return Files.readAllBytes(from);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  default void anEmptyFileIsAFile() throws Exception {
    store().put("/empty/file", new byte[0]);
    JsonNode stat = store().run("stat", "/empty/file", "--json").json();
    assertThat(stat.path("bytes").asLong()).isZero();
    Path copy = folder().resolve("empty-copy");
    store().run("get", "/empty/file", copy.toString()).done();
    assertThat(copy).isEmptyFile();
  }

  @Test
  default void aDirectoryIsPutListedAndRemoved() throws Exception {
    Path tree = folder().resolve("tree");
    Files.createDirectories(tree.resolve("b/c"));
    Files.writeString(tree.resolve("a.txt"), "a");
    Files.writeString(tree.resolve("b/b.txt"), "bb");
    Files.writeString(tree.resolve("b/c/ä b.txt"), "ccc");
    Files.createSymbolicLink(tree.resolve("link"), tree.resolve("a.txt"));

    Outcome outcome = store().run("put", "-r", tree.toString(), "/tree", "--json").done();
    assertThat(outcome.err().lines())
        .contains("skipped 1 links and other entries that are no files");
    JsonNode put = outcome.json();
    assertThat(put.path("bytes").asLong()).isEqualTo(6);
    assertThat(put.path("path").asText()).isEqualTo("/tree");

    JsonNode children = store().run("ls", "/tree", "--json").json();
    assertThat(children.isArray()).isTrue();
    assertThat(paths(children)).containsExactly("/tree/a.txt", "/tree/b");
    assertThat(children.get(0).path("type").asText()).isEqualTo("file");
    assertThat(children.get(0).path("bytes").asLong()).isEqualTo(1);
    assertThat(children.get(0).path("modified").asText()).matches(Outcome.TIME);
    assertThat(children.get(1).path("type").asText()).isEqualTo("directory");
    assertThat(paths(store().run("ls", "-R", "/tree", "--json").json()))
        .containsExactly("/tree/a.txt", "/tree/b/b.txt", "/tree/b/c/ä b.txt");
    assertThat(store().run("ls", "/tree").done().out().lines())
        .containsExactly("/tree/a.txt", "/tree/b/");
    assertThat(store().run("ls", "-l", "/tree").done().out().lines())
        .satisfiesExactly(
            heading -> assertThat(heading).matches(" +SIZE  MODIFIED +PATH"),
            file -> assertThat(file).matches(" +1 B  " + Outcome.TIME + " +/tree/a\\.txt"),
            directory -> assertThat(directory).matches(" +-  - +/tree/b/"));
    assertThat(paths(store().run("ls", "--json").json())).contains("/tree");
    assertThat(store().run("ls", "/tree/none").failure())
        .isEqualTo("there is no file or directory /tree/none");

    assertThat(store().run("rm", "/tree/b").failure())
        .isEqualTo("/tree/b is a directory: rm -r deletes all its files");
    store().run("rm", "/tree/a.txt").done();
    assertThat(store().run("rm", "/tree/a.txt").failure())
        .isEqualTo("there is no file /tree/a.txt");
    store().run("rm", "-r", "/tree").done();
    assertThat(store().run("ls", "/tree").failure()).contains("/tree");
  }

  @Test
  default void statCountsExtentsByTier() throws Exception {
    store().put("/stat/file", Commands.random(600_000));
    JsonNode stat = store().run("stat", "/stat/file", "--json").json();
    assertThat(stat.path("path").asText()).isEqualTo("/stat/file");
    assertThat(stat.path("type").asText()).isEqualTo("file");
    assertThat(stat.path("bytes").asLong()).isEqualTo(600_000);
    assertThat(stat.path("modified").asText()).matches(Outcome.TIME);
    assertThat(stat.path("extents").path("scm").asInt()).isGreaterThanOrEqualTo(3);
    assertThat(stat.path("extents").path("capacity").asInt()).isZero();
    assertThat(store().run("stat", "/stat/file").done().out()).contains("600000 bytes");
    assertThat(store().run("stat", "/stat").failure()).isEqualTo("there is no file /stat");
  }

  @Test
  default void aPathMayBeLongAndOfAnyScript() throws Exception {
    String longest = "/paths/" + "🌋".repeat(1022) + "y";
    List<String> paths =
        List.of("/paths/z", "/paths/\u00e9", "/paths/\uffff", "/paths/👨‍👩‍👧‍👦", longest);
    for (String path : paths) {
      store().put(path, path.getBytes(StandardCharsets.UTF_8));
    }
    store().run("compact").done();
    for (String path : paths) {
      assertThat(store().get(path)).isEqualTo(path);
    }
    // By bytes, so what lies outside the first plane comes after all that lies in it.
    assertThat(store().run("ls", "/paths", "--json").json().findValuesAsText("path"))
        .containsExactly(
            "/paths/z", "/paths/\u00e9", "/paths/\uffff", longest, "/paths/👨‍👩‍👧‍👦");
    assertThat(store().run("stat", longest + "y").failure()).contains("4096");
  }

  @Test
  default void aPathThatIsNoneIsRefusedBeforeAnythingIsSent() throws Exception {
    Path local = Files.writeString(folder().resolve("some"), "some");
    for (String path : List.of("relative", "/a//b", "/a/../b", "/a/")) {
      assertThat(store().run("put", local.toString(), path).failure())
          .startsWith("'" + path + "' is no path of a store: path ");
    }
    assertThat(store().run("put", folder().resolve("none").toString(), "/x").failure())
        .isEqualTo("there is no file " + folder().resolve("none"));
    assertThat(store().run("put", folder().toString(), "/x").failure())
        .contains("is a directory: put -r stores all its files");
  }

  private static List<String> paths(JsonNode entries) {
    List<String> paths = new ArrayList<>();
    entries.forEach(entry -> paths.add(entry.path("path").asText()));
    return paths;
  }
}
