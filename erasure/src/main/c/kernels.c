#include "kernels.h"

#include "gfni.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <jerasure.h>
#include <reed_sol.h>

#define WORD_BITS 8
#define ALIGNMENT 16
#define ISAL_TABLE_BYTES 32

/* One column of every target stays in the first-level cache while the sources stream by. */
#define UPDATE_COLUMN 4096
/* Sources are read once per row; a column of them stays in the second-level cache. */
#define JERASURE_COLUMN_BUDGET (256 * 1024)
#define JERASURE_COLUMN_MIN 2048

typedef void (*isal_init_tables)(int, int, unsigned char *, unsigned char *);
typedef void (*isal_encode)(int, int, int, unsigned char *, unsigned char **, unsigned char **);
typedef void (*isal_update)(int, int, int, int, unsigned char *, unsigned char *, unsigned char **);

static pthread_mutex_t open_lock = PTHREAD_MUTEX_INITIALIZER;
static int opened;
static isal_init_tables init_tables;
static isal_encode encode_data;
static isal_update encode_update;

/* ISA-L is looked for and not linked, so that a machine without it still has jerasure. */
static void open_isal(void) {
  void *library = dlopen("libisal.so.2", RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) {
    return;
  }
  init_tables = (isal_init_tables)dlsym(library, "ec_init_tables");
  encode_data = (isal_encode)dlsym(library, "ec_encode_data");
  encode_update = (isal_update)dlsym(library, "ec_encode_data_update");
  if (init_tables == NULL || encode_data == NULL || encode_update == NULL) {
    init_tables = NULL;
  }
}

int kernels_open(void) {
  int status = STATUS_OK;
  pthread_mutex_lock(&open_lock);
  if (!opened) {
    /* jerasure fills its table of fields at the first use and without a lock; region XOR uses field 32 at any word size. */
    if (galois_init_default_field(8) != 0 || galois_init_default_field(32) != 0) {
      status = STATUS_FIELD;
    } else {
      open_isal();
      opened = 1;
    }
  }
  pthread_mutex_unlock(&open_lock);
  return status;
}

int kernels_available(int kernel) {
  switch (kernel) {
    case KERNEL_JERASURE:
      return 1;
    case KERNEL_ISAL:
    case KERNEL_ISAL_UPDATE:
      return init_tables != NULL;
    case KERNEL_GFNI:
      return gfni_available();
    default:
      return 0;
  }
}

static int bad_shape(int k, int rows) {
  return k < 1 || rows < 1 || k > KERNELS_MAX_WIDTH || rows > KERNELS_MAX_WIDTH || k + rows > KERNELS_MAX_WIDTH;
}

int kernels_coding_matrix(int k, int m, uint8_t *matrix) {
  if (bad_shape(k, m)) {
    return STATUS_BAD_SHAPE;
  }
  int *coding = reed_sol_vandermonde_coding_matrix(k, m, WORD_BITS);
  if (coding == NULL) {
    return STATUS_NO_MEMORY;
  }
  for (int i = 0; i < k * m; i++) {
    matrix[i] = (uint8_t)coding[i];
  }
  free(coding);
  return STATUS_OK;
}

size_t kernels_tables_bytes(int kernel, int k, int rows) {
  if (bad_shape(k, rows)) {
    return 0;
  }
  size_t cells = (size_t)k * (size_t)rows;
  switch (kernel) {
    case KERNEL_JERASURE:
      return cells * sizeof(int);
    case KERNEL_GFNI:
      return cells * sizeof(uint64_t);
    default:
      return cells * ISAL_TABLE_BYTES;
  }
}

int kernels_prepare(int kernel, int k, int rows, const uint8_t *matrix, void *tables) {
  if (bad_shape(k, rows)) {
    return STATUS_BAD_SHAPE;
  }
  if (!kernels_available(kernel)) {
    return STATUS_UNAVAILABLE;
  }
  if (kernel == KERNEL_JERASURE) {
    int *coefficients = tables;
    for (int i = 0; i < k * rows; i++) {
      coefficients[i] = matrix[i];
    }
  } else if (kernel == KERNEL_GFNI) {
    gfni_prepare(k * rows, matrix, tables);
  } else {
    init_tables(k, rows, (unsigned char *)matrix, tables);
  }
  return STATUS_OK;
}

/* gf-complete aborts the process when addresses differ modulo 16. */
static int misaligned(int k, int rows, uint8_t **sources, uint8_t **targets) {
  uintptr_t remainder = (uintptr_t)sources[0] % ALIGNMENT;
  uintptr_t differences = 0;
  for (int i = 1; i < k; i++) {
    differences |= (uintptr_t)sources[i] % ALIGNMENT ^ remainder;
  }
  for (int i = 0; i < rows; i++) {
    differences |= (uintptr_t)targets[i] % ALIGNMENT ^ remainder;
  }
  return differences != 0;
}

static int meet(const uint8_t *a, const uint8_t *b, int length) {
  return a < b + length && b < a + length;
}

static int overlapping(int k, int rows, uint8_t **sources, uint8_t **targets, int length) {
  int found = 0;
  for (int i = 0; i < rows; i++) {
    for (int j = 0; j < k; j++) {
      found |= meet(targets[i], sources[j], length);
    }
    for (int j = 0; j < i; j++) {
      found |= meet(targets[i], targets[j], length);
    }
  }
  return found;
}

static void advance(int n, uint8_t **pointers, uint8_t **advanced, int by) {
  for (int i = 0; i < n; i++) {
    advanced[i] = pointers[i] + by;
  }
}

/* jerasure wants multiples of a long: what is left over goes through padded blocks on the stack. */
static void jerasure_rest(int k, int rows, int *matrix, uint8_t **sources, uint8_t **targets, int from, int rest) {
  uint8_t padded[KERNELS_MAX_WIDTH][ALIGNMENT] __attribute__((aligned(ALIGNMENT)));
  char *in[KERNELS_MAX_WIDTH];
  char *out[KERNELS_MAX_WIDTH];
  memset(padded, 0, (size_t)(k + rows) * ALIGNMENT);
  for (int i = 0; i < k; i++) {
    memcpy(padded[i], sources[i] + from, (size_t)rest);
    in[i] = (char *)padded[i];
  }
  for (int i = 0; i < rows; i++) {
    out[i] = (char *)padded[k + i];
  }
  jerasure_matrix_encode(k, rows, WORD_BITS, matrix, in, out, ALIGNMENT);
  for (int i = 0; i < rows; i++) {
    memcpy(targets[i] + from, out[i], (size_t)rest);
  }
}

static void apply_jerasure(int k, int rows, int *matrix, uint8_t **sources, uint8_t **targets, int length) {
  uint8_t *in[KERNELS_MAX_WIDTH];
  uint8_t *out[KERNELS_MAX_WIDTH];
  int whole = length - length % ALIGNMENT;
  int column = JERASURE_COLUMN_BUDGET / (k + rows) / ALIGNMENT * ALIGNMENT;
  if (column < JERASURE_COLUMN_MIN) {
    column = JERASURE_COLUMN_MIN;
  }
  for (int from = 0; from < whole; from += column) {
    int size = whole - from < column ? whole - from : column;
    advance(k, sources, in, from);
    advance(rows, targets, out, from);
    jerasure_matrix_encode(k, rows, WORD_BITS, matrix, (char **)in, (char **)out, size);
  }
  if (whole < length) {
    jerasure_rest(k, rows, matrix, sources, targets, whole, length - whole);
  }
}

static void apply_update(int k, int rows, unsigned char *tables, uint8_t **sources, uint8_t **targets, int length) {
  uint8_t *out[KERNELS_MAX_WIDTH];
  for (int from = 0; from < length; from += UPDATE_COLUMN) {
    int size = length - from < UPDATE_COLUMN ? length - from : UPDATE_COLUMN;
    advance(rows, targets, out, from);
    for (int i = 0; i < rows; i++) {
      memset(out[i], 0, (size_t)size);
    }
    for (int i = 0; i < k; i++) {
      encode_update(size, k, rows, i, tables, sources[i] + from, out);
    }
  }
}

int kernels_apply(int kernel, int k, int rows, const void *tables, uint8_t **sources, uint8_t **targets, int length) {
  if (bad_shape(k, rows) || length < 0) {
    return STATUS_BAD_SHAPE;
  }
  if (!kernels_available(kernel)) {
    return STATUS_UNAVAILABLE;
  }
  if (misaligned(k, rows, sources, targets)) {
    return STATUS_MISALIGNED;
  }
  if (overlapping(k, rows, sources, targets, length)) {
    return STATUS_OVERLAP;
  }
  if (length == 0) {
    return STATUS_OK;
  }
  switch (kernel) {
    case KERNEL_JERASURE:
      apply_jerasure(k, rows, (int *)tables, sources, targets, length);
      break;
    case KERNEL_ISAL:
      encode_data(length, k, rows, (unsigned char *)tables, sources, targets);
      break;
    case KERNEL_GFNI:
      gfni_apply(k, rows, tables, sources, targets, length);
      break;
    default:
      apply_update(k, rows, (unsigned char *)tables, sources, targets, length);
      break;
  }
  return STATUS_OK;
}
