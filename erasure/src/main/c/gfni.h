/*
 * The product on processors with GFNI and AVX-512: one instruction multiplies 64 bytes by a factor, which is a matrix
 * of 8 x 8 bits, since multiplication by a constant is linear over the bits of a byte, for any polynomial.
 */
#ifndef BASALT_GFNI_H
#define BASALT_GFNI_H

#include <stdint.h>

/* Whether this processor has the instructions. */
int gfni_available(void);

/* One bit matrix for each cell. */
void gfni_prepare(int cells, const uint8_t *matrix, uint64_t *tables);

/* targets[r] = sum of matrix[r][c] * sources[c]; rows of k tables each; any length and addresses. */
void gfni_apply(int k, int rows, const uint64_t *tables, uint8_t **sources, uint8_t **targets, int length);

#endif
