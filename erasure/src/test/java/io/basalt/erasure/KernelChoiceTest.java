package io.basalt.erasure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class KernelChoiceTest {

  @Test
  void aChoiceForcesTheKernel() {
    Geometry geometry = new Geometry(8, 2);
    assertThat(ErasureCode.open(geometry, KernelChoice.JERASURE).kernel())
        .isEqualTo(Kernel.JERASURE);
    assertThat(ErasureCode.open(geometry, KernelChoice.JAVA).kernel()).isEqualTo(Kernel.JAVA);
    assertThat(ErasureCode.open(geometry, KernelChoice.ISAL).kernel())
        .isIn(Kernel.ISAL, Kernel.ISAL_UPDATE);
    if (NativeLibrary.has(Kernel.GFNI)) {
      assertThat(ErasureCode.open(geometry, KernelChoice.GFNI).kernel()).isEqualTo(Kernel.GFNI);
    } else {
      assertThatThrownBy(() -> ErasureCode.open(geometry, KernelChoice.GFNI))
          .isInstanceOf(KernelUnavailableException.class)
          .hasMessage("this processor lacks GFNI or AVX-512: use -Dbasalt.erasure.kernel=auto");
    }
    assertThat(ErasureCode.open(geometry, KernelChoice.NATIVE).kernel().isNative()).isTrue();
  }

  @Test
  void theChoiceIsReadFromTheSystemProperty() {
    assertThat(KernelChoice.configured()).isEqualTo(KernelChoice.AUTO);
    assertThat(KernelChoice.parse("isal")).isEqualTo(KernelChoice.ISAL);
    assertThatThrownBy(() -> KernelChoice.parse("fast"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "basalt.erasure.kernel is 'fast': use one of [auto, native, jerasure, isal, gfni,"
                + " java]");
  }

  @Test
  void theLinkersMessageBecomesASentence() {
    assertThat(
            NativeLibrary.explain(
                "/tmp/x.so: libJerasure.so.2: cannot open shared object file: No such file or directory"))
        .isEqualTo("libJerasure is missing: apt-get install libjerasure2");
    assertThat(NativeLibrary.explain("libgf_complete.so.1: cannot open shared object file"))
        .isEqualTo("libgf_complete is missing: apt-get install libgf-complete1");
    assertThat(NativeLibrary.explain("x.so: failed to map segment from shared object"))
        .contains("is mounted noexec");
  }
}
