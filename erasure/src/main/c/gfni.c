#include "gfni.h"

#include <stddef.h>

#define POLYNOMIAL 0x11d

static uint8_t multiply(uint8_t a, uint8_t b) {
  unsigned product = 0;
  unsigned term = a;
  for (int bit = 0; bit < 8; bit++) {
    product ^= (b >> bit & 1u) ? term : 0;
    term = term << 1 ^ ((term & 0x80) ? POLYNOMIAL : 0);
    term &= 0xff;
  }
  return (uint8_t)product;
}

/* The instruction takes the row of the lowest bit of the result from the highest byte of the matrix. */
static uint64_t bits_of(uint8_t factor) {
  uint64_t matrix = 0;
  for (int in = 0; in < 8; in++) {
    uint8_t column = multiply(factor, (uint8_t)(1u << in));
    for (int out = 0; out < 8; out++) {
      matrix |= (uint64_t)(column >> out & 1u) << (8 * (7 - out) + in);
    }
  }
  return matrix;
}

void gfni_prepare(int cells, const uint8_t *matrix, uint64_t *tables) {
  for (int i = 0; i < cells; i++) {
    tables[i] = bits_of(matrix[i]);
  }
}

#if defined(__x86_64__)

#include <immintrin.h>

#define TARGET __attribute__((target("avx512f,avx512bw,gfni")))
#define INLINE static inline __attribute__((always_inline)) TARGET

#define VECTOR 64
/* As many sources at once as the processor's prefetcher can follow. */
#define SOURCES 16
/* With more sources, a column of the targets stays in the first-level cache between the groups. */
#define COLUMN 4096
/* Rows whose sums stay in registers. */
#define ROWS 4

int gfni_available(void) {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("gfni");
}

/* One group of sources and of rows, at one place: the sums of `vectors` vectors per row are in registers. */
INLINE void tile(
    int sources, int rows, int vectors, const uint64_t *tables, int stride, uint8_t *const *in, uint8_t *const *out,
    size_t at, int add, __mmask64 mask) {
  __m512i sums[ROWS][8];
  for (int r = 0; r < rows; r++) {
    for (int v = 0; v < vectors; v++) {
      sums[r][v] = add ? _mm512_maskz_loadu_epi8(mask, out[r] + at + v * VECTOR) : _mm512_setzero_si512();
    }
  }
  for (int s = 0; s < sources; s++) {
    __m512i bytes[8];
    for (int v = 0; v < vectors; v++) {
      bytes[v] = _mm512_maskz_loadu_epi8(mask, in[s] + at + v * VECTOR);
    }
    for (int r = 0; r < rows; r++) {
      __m512i factor = _mm512_set1_epi64((long long)tables[r * stride + s]);
      for (int v = 0; v < vectors; v++) {
        sums[r][v] = _mm512_xor_si512(sums[r][v], _mm512_gf2p8affine_epi64_epi8(bytes[v], factor, 0));
      }
    }
  }
  for (int r = 0; r < rows; r++) {
    for (int v = 0; v < vectors; v++) {
      _mm512_mask_storeu_epi8(out[r] + at + v * VECTOR, mask, sums[r][v]);
    }
  }
}

INLINE void stretch(
    int sources, int rows, int vectors, const uint64_t *tables, int stride, uint8_t *const *in, uint8_t *const *out,
    size_t from, size_t to, int add) {
  size_t at = from;
  for (; at + (size_t)vectors * VECTOR <= to; at += (size_t)vectors * VECTOR) {
    tile(sources, rows, vectors, tables, stride, in, out, at, add, ~(__mmask64)0);
  }
  for (; at + VECTOR <= to; at += VECTOR) {
    tile(sources, rows, 1, tables, stride, in, out, at, add, ~(__mmask64)0);
  }
  if (at < to) {
    tile(sources, rows, 1, tables, stride, in, out, at, add, ((__mmask64)1 << (to - at)) - 1);
  }
}

/* The number of rows is a constant in each, so that the sums are registers. */
TARGET static void stretch_of(
    int sources, int rows, const uint64_t *tables, int stride, uint8_t *const *in, uint8_t *const *out, size_t from,
    size_t to, int add) {
  switch (rows) {
    case 1:
      stretch(sources, 1, 8, tables, stride, in, out, from, to, add);
      break;
    case 2:
      stretch(sources, 2, 8, tables, stride, in, out, from, to, add);
      break;
    case 3:
      stretch(sources, 3, 4, tables, stride, in, out, from, to, add);
      break;
    default:
      stretch(sources, 4, 4, tables, stride, in, out, from, to, add);
      break;
  }
}

void gfni_apply(int k, int rows, const uint64_t *tables, uint8_t **sources, uint8_t **targets, int length) {
  size_t column = k <= SOURCES && rows <= ROWS ? (size_t)length : COLUMN;
  for (size_t from = 0; from < (size_t)length; from += column) {
    size_t to = (size_t)length - from < column ? (size_t)length : from + column;
    for (int s = 0; s < k; s += SOURCES) {
      int group = k - s < SOURCES ? k - s : SOURCES;
      for (int r = 0; r < rows; r += ROWS) {
        int height = rows - r < ROWS ? rows - r : ROWS;
        stretch_of(group, height, tables + r * k + s, k, sources + s, targets + r, from, to, s > 0);
      }
    }
  }
}

#else

int gfni_available(void) {
  return 0;
}

void gfni_apply(int k, int rows, const uint64_t *tables, uint8_t **sources, uint8_t **targets, int length) {
  (void)k;
  (void)rows;
  (void)tables;
  (void)sources;
  (void)targets;
  (void)length;
}

#endif
