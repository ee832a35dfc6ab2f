package io.basalt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The demo on a few files of one's own. */
@Tag("soak")
@Timeout(400)
class DemoTest {
  @TempDir Path folder;

  @Test
  void aFewFilesAreEnough() throws Exception {
    Path input = Files.createDirectories(folder.resolve("input"));
    for (int i = 0; i < 20; i++) {
      Files.writeString(input.resolve("grüße-" + i), "text " + i);
    }
    String home = folder.resolve("store").toString();

    Outcome demo = Commands.run("demo", "--input", input.toString(), "--dir", home).done();

    assertThat(demo.out())
        .contains("scm-0 gone; too little was stored for a stripe")
        .containsPattern("read again +0 differences of 19 files, 0 B reconstructed");
    String config = folder.resolve("store/basalt.yaml").toString();
    // Roots that were made while the drive was away are written there by the next who commits.
    String verified = Commands.run("verify", "-c", config, "--json").out();
    assertThat(new ObjectMapper().readTree(verified).path("problems"))
        .allSatisfy(
            problem -> {
              assertThat(problem.path("kind").asText()).isEqualTo("root");
              assertThat(problem.path("drive").asText()).isEqualTo("scm-0");
            });
    assertThat(Commands.run("ls", "-R", "/", "-c", config).done().out().lines()).hasSize(19);
  }
}
