package io.basalt.query;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TreeNamesTest {
  private final TreeNames names = new TreeNames();

  @Test
  void namesWhatLiesBelowAFile() {
    assertThat(names.fault("/a")).isEmpty();
    assertThat(names.fault("/a!")).isEmpty();
    assertThat(names.fault("/a-b/c")).isEmpty();
    assertThat(names.fault("/a/b"))
        .contains("/a is a file, so a directory tree cannot hold /a/b below it");
    assertThat(names.fault("/a/b/c")).isPresent();
    assertThat(names.fault("/a0/b")).isEmpty();
    assertThat(names.fault("/b")).isEmpty();
  }

  @Test
  void countsTheBytesOfANameNotItsCharacters() {
    assertThat(names.fault("/" + "a".repeat(255))).isEmpty();
    assertThat(names.fault("/x/" + "a".repeat(256))).isPresent();
    assertThat(names.fault("/y/" + "ä".repeat(127) + "/z")).isEmpty();
    assertThat(names.fault("/z/" + "ä".repeat(128))).isPresent();
  }
}
