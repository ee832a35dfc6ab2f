package io.basalt.storage.drive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.basalt.storage.Golden;
import io.basalt.storage.UnsupportedFormatException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class DriveLabelTest {
  private static final DriveLabel LABEL =
      new DriveLabel(
          "3f2504e0-4f89-41d3-9a0c-0305e82c3301", "scm-0", "9b2d6f0e-6c1f-4a52-8d43-9f6f6e2b7a10");

  @Test
  void theBytesOfVersion1AreReadAndWritten() throws Exception {
    assertThat(DriveLabel.decode(Golden.bytes("label-v1"))).isEqualTo(LABEL);
    Golden.assertWritten("label-v1", LABEL.encode());
  }

  @Test
  void aNewerVersionIsNamed() {
    assertThatThrownBy(() -> decode("{\"format\":2,\"owner\":{\"id\":1}}"))
        .isInstanceOf(UnsupportedFormatException.class)
        .hasMessageContaining("has format version 2; this program reads up to 1");
  }

  @Test
  void whatIsNoLabelIsAnIoException() {
    for (String text : new String[] {"", "{", "[]", "null", "{}", "{\"format\":1}", "\0\0\0"}) {
      assertThatThrownBy(() -> decode(text)).as(text).isInstanceOf(IOException.class);
    }
    assertThatThrownBy(() -> decode("{\"format\":1,\"store\":\"s\",\"drive\":{}}"))
        .isInstanceOf(IOException.class)
        .hasMessage("its label has no drive");
  }

  private static DriveLabel decode(String text) throws IOException {
    return DriveLabel.decode(text.getBytes(StandardCharsets.UTF_8));
  }
}
