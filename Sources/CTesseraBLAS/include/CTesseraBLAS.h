// OpenBLAS: matrix products of f32 rows, and what it says of itself.
#pragma once
#include <stddef.h>

// C = alpha · op(A) op(B) + beta · C; op transposes where its flag is 1. op(A) is [m, k], op(B) [k, n], C [m, n].
void tessera_gemm(int transpose_a, int transpose_b, int m, int n, int k, float alpha, const float *a, const float *b,
                  float beta, float *c);

void tessera_blas_threads_set(int count);
// The kernel it chose, such as "Cooperlake", and its build options.
const char *tessera_blas_core(void);
const char *tessera_blas_config(void);
