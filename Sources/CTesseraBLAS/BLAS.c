#include <cblas.h>

#include "CTesseraBLAS.h"

void tessera_gemm(int transpose_a, int transpose_b, int m, int n, int k, float alpha, const float *a, const float *b,
                  float beta, float *c) {
  cblas_sgemm(CblasRowMajor, transpose_a ? CblasTrans : CblasNoTrans, transpose_b ? CblasTrans : CblasNoTrans, m, n, k,
              alpha, a, transpose_a ? m : k, b, transpose_b ? k : n, beta, c, n);
}

void tessera_blas_threads_set(int count) { openblas_set_num_threads(count); }
const char *tessera_blas_core(void) { return openblas_get_corename(); }
const char *tessera_blas_config(void) { return openblas_get_config(); }
