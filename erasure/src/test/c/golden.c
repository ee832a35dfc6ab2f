/*
 * Writes golden/reed_sol_van.txt with jerasure alone, as Ceph's jerasure plugin calls it, and none of Basalt's code:
 *   gcc -isystem /usr/include/jerasure -o golden golden.c -lJerasure -lgf_complete && ./golden > reed_sol_van.txt
 * One line per code: k, m, bytes per strip, parity in hex. Byte b of data strip s is (31 s + 7 b + s b + 1) mod 256.
 */
#include <stdio.h>
#include <stdlib.h>
#include <jerasure.h>
#include <reed_sol.h>

#define BYTES 48

static void golden(int k, int m) {
  int *matrix = reed_sol_vandermonde_coding_matrix(k, m, 8);
  char **strips = malloc(sizeof(char *) * (size_t)(k + m));
  for (int s = 0; s < k + m; s++) {
    strips[s] = aligned_alloc(16, BYTES);
    for (int b = 0; b < BYTES; b++) {
      strips[s][b] = (char)(31 * s + 7 * b + s * b + 1);
    }
  }
  jerasure_matrix_encode(k, m, 8, matrix, strips, strips + k, BYTES);
  printf("%d %d %d ", k, m, BYTES);
  for (int s = k; s < k + m; s++) {
    for (int b = 0; b < BYTES; b++) {
      printf("%02x", (unsigned char)strips[s][b]);
    }
  }
  printf("\n");
}

int main(void) {
  static const int codes[][2] = {{1, 1}, {2, 1}, {4, 2}, {6, 3}, {8, 2}, {8, 4}, {10, 4}, {20, 6}, {146, 4}, {250, 6}};
  for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
    golden(codes[i][0], codes[i][1]);
  }
  return 0;
}
