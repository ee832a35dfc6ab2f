package io.basalt.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

class FileErrorsTest {
  @Test
  void anErrorWithoutAMessageIsNamedByItsKind() {
    assertThat(FileErrors.sentence(new ClosedChannelException()))
        .isEqualTo("ClosedChannelException");
    assertThat(FileErrors.reason(new EOFException())).isEqualTo("EOFException");
  }

  @Test
  void whatTheFileSystemSaysIsASentence() {
    assertThat(FileErrors.sentence(new NoSuchFileException("/a"))).isEqualTo("/a does not exist");
    assertThat(FileErrors.sentence(new IOException("short read"))).isEqualTo("short read");
    assertThat(FileErrors.reason(new AccessDeniedException("/a"))).isEqualTo("no permission");
    assertThat(FileErrors.reason(new FileSystemException("/a", null, "No space left on device")))
        .isEqualTo("No space left on device");
  }
}
