package io.basalt.erasure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What only shows in a process that has not used the library before. */
class FreshProcessTest {

  @ParameterizedTest
  @ValueSource(strings = {"jerasure", "isal", "auto"})
  void theFirstCallMayComeFromManyThreads(String choice) throws Exception {
    assertThat(run(List.of(), choice, "1")).containsOnly("right by native");
  }

  @Test
  void severalClassLoadersShareOneProcess() throws Exception {
    assertThat(run(List.of(), "jerasure", "4")).containsOnly("right by native");
  }

  @Test
  void javaCarriesOnWithoutTheLibraryIfAllowed() throws Exception {
    assertThat(run(List.of("-Dos.arch=none"), "auto", "1"))
        .filteredOn(line -> line.startsWith("right"))
        .hasSize(32)
        .containsOnly("right by java");
  }

  @Test
  void aMissingLibraryIsOneSentence() throws Exception {
    assertThat(run(List.of("-Dos.arch=none"), "native", "1"))
        .containsOnly(
            "this build of Basalt has no native erasure library for linux-none: install gcc, make,"
                + " libjerasure-dev and libgf-complete-dev, and build it here");
  }

  private static List<String> run(List<String> options, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.addAll(options);
    command.add("-cp");
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.add(FirstCall.class.getName());
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output.lines().toList();
  }
}
