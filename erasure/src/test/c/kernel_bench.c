/*
 * The roof of the JNI benchmark: the same kernels and plain jerasure called from C, and memcpy.
 *   kernel_bench OPERATION k m rows bytes seconds
 * OPERATION: jerasure isal isal-update gfni plain plain-decode memcpy; `rows` strips are computed from k sources, which
 * for a kernel are sources like others, and for plain-decode the first data strips.
 * Prints GB/s of source bytes (of copied bytes for memcpy): the best of 10 shares of the time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jerasure.h>
#include <reed_sol.h>

#include "kernels.h"

/* Time that this thread had a processor, so that other work on the machine counts little. */
static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int kernel_of(const char *operation) {
  if (strcmp(operation, "isal") == 0) {
    return KERNEL_ISAL;
  }
  if (strcmp(operation, "gfni") == 0) {
    return KERNEL_GFNI;
  }
  return strcmp(operation, "isal-update") == 0 ? KERNEL_ISAL_UPDATE : KERNEL_JERASURE;
}

int main(int count, char **arguments) {
  if (count != 7) {
    fprintf(stderr, "usage: kernel_bench OPERATION k m rows bytes seconds\n");
    return 2;
  }
  const char *operation = arguments[1];
  int k = atoi(arguments[2]);
  int m = atoi(arguments[3]);
  int rows = atoi(arguments[4]);
  int bytes = atoi(arguments[5]);
  double seconds = atof(arguments[6]);
  int kernel = kernel_of(operation);
  uint8_t matrix[KERNELS_MAX_WIDTH * KERNELS_MAX_WIDTH / 4];
  uint8_t *strips[KERNELS_MAX_WIDTH];
  if (kernels_open() != STATUS_OK || kernels_coding_matrix(k, m, matrix) != STATUS_OK || !kernels_available(kernel)) {
    fprintf(stderr, "not available: %s %d+%d\n", operation, k, m);
    return 1;
  }
  void *tables = malloc(kernels_tables_bytes(kernel, k, rows));
  kernels_prepare(kernel, k, rows, matrix, tables);
  int erasures[KERNELS_MAX_WIDTH + 1];
  for (int i = 0; i <= rows; i++) {
    erasures[i] = i < rows ? i : -1;
  }
  int *plain = reed_sol_vandermonde_coding_matrix(k, m, 8);
  for (int i = 0; i < k + m; i++) {
    strips[i] = aligned_alloc(64, ((size_t)bytes + 63) / 64 * 64);
    memset(strips[i], i * 7 + 1, (size_t)bytes);
  }
  /* The clock is a call to the kernel of the system, so it is asked once for some MiB. */
  int batch = 1 + (8 << 20) / (k * bytes);
  double best = 0;
  for (int share = 0; share < 10; share++) {
    double start = now();
    double elapsed;
    long rounds = 0;
    do {
      for (int i = 0; i < batch; i++) {
        if (strcmp(operation, "memcpy") == 0) {
          for (int s = 0; s < k; s++) {
            memcpy(strips[k + s % m], strips[s], (size_t)bytes);
          }
        } else if (strcmp(operation, "plain") == 0) {
          jerasure_matrix_encode(k, m, 8, plain, (char **)strips, (char **)strips + k, bytes);
        } else if (strcmp(operation, "plain-decode") == 0) {
          jerasure_matrix_decode(k, m, 8, plain, 1, erasures, (char **)strips, (char **)strips + k, bytes);
        } else {
          kernels_apply(kernel, k, rows, tables, strips, strips + k, bytes);
        }
      }
      rounds += batch;
      elapsed = now() - start;
    } while (elapsed < seconds / 10);
    double rate = (double)rounds * k * bytes / elapsed / 1e9;
    best = rate > best ? rate : best;
  }
  printf("%.3f\n", best);
  return 0;
}
