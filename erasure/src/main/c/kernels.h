/*
 * Products of a matrix over GF(2^8) with columns of bytes: the one operation behind encoding and decoding.
 *
 * Knows nothing of Java. Every function is safe from many threads once kernels_open has returned, checks its arguments,
 * and answers with a status; none of them prints, aborts or (kernels_apply) allocates.
 */
#ifndef BASALT_KERNELS_H
#define BASALT_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#define KERNELS_MAX_WIDTH 256

/* The numbers are shared with io.basalt.erasure.Kernel. */
enum kernel {
  KERNEL_JERASURE = 0,
  KERNEL_ISAL = 1,        /* all sources at once: best for narrow codes */
  KERNEL_ISAL_UPDATE = 2, /* one source at a time over a column that stays in the cache: best for wide codes */
  KERNEL_GFNI = 3         /* the processor's own products in its field, for any shape */
};

/* The numbers are shared with io.basalt.erasure.NativeKernels. */
enum status {
  STATUS_OK = 0,
  STATUS_BAD_SHAPE = 1,
  STATUS_NOT_DIRECT = 2,
  STATUS_OUT_OF_BOUNDS = 3,
  STATUS_MISALIGNED = 4,
  STATUS_OVERLAP = 5,
  STATUS_NO_MEMORY = 6,
  STATUS_UNAVAILABLE = 7,
  STATUS_FIELD = 8
};

/* Prepares jerasure's fields and looks for ISA-L; only the first call does anything. */
int kernels_open(void);

/* Whether this machine has the kernel. */
int kernels_available(int kernel);

/* Writes jerasure's reed_sol_van coding matrix, m rows of k bytes. */
int kernels_coding_matrix(int k, int m, uint8_t *matrix);

/* The size of the tables that a kernel needs for a matrix of rows x k, or 0 for a bad shape. */
size_t kernels_tables_bytes(int kernel, int k, int rows);

/* Fills tables from a matrix of rows x k bytes. */
int kernels_prepare(int kernel, int k, int rows, const uint8_t *matrix, void *tables);

/* The product: targets[r] = sum of matrix[r][c] * sources[c], length bytes each, all addresses equal modulo 16. */
int kernels_apply(int kernel, int k, int rows, const void *tables, uint8_t **sources, uint8_t **targets, int length);

#endif
