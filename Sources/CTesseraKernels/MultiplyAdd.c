#include "CTesseraKernels.h"
#include "Parallel.h"
#include "Vector16.h"

typedef struct {
  size_t rounds;
  float factor, term;
} multiply_add_context;

enum { MOST_CHAINS = 12 };

// Chains that do not wait for each other hide how long a multiply-add takes: 4 cycles at two a cycle need 8 registers.
// All chains must stay in registers, or the rounds measure loads and stores.
TESSERA_INLINE double multiply_add(int chains, const multiply_add_context *c, size_t first, size_t last) {
  double total = 0;
  for (size_t i = first; i < last; i++) {
    vector16 x[MOST_CHAINS];
    vector16 zero = {0}, factor = zero + c->factor, term = zero + c->term;
#pragma clang loop unroll(full)
    for (int k = 0; k < chains; k++) x[k] = zero + (float)(k + 2);
    for (size_t r = 0; r < c->rounds; r++) {
#pragma clang loop unroll(full)
      for (int k = 0; k < chains; k++) x[k] = x[k] * factor + term;
    }
#pragma clang loop unroll(full)
    for (int k = 0; k < chains; k++) total += x[k][k];
  }
  return total;
}

// 16 numbers fill 4, 2 or 1 of the 16, 16 or 32 registers of SSE, AVX2 and AVX-512.
TESSERA_CLONES static double chains3(void *c, size_t first, size_t last) { return multiply_add(3, c, first, last); }
TESSERA_CLONES static double chains6(void *c, size_t first, size_t last) { return multiply_add(6, c, first, last); }
TESSERA_CLONES static double chains12(void *c, size_t first, size_t last) { return multiply_add(12, c, first, last); }

double tessera_multiply_add(int chains, size_t threads, size_t rounds) {
  // Every chain comes to rest at 1, neither denormal nor infinite.
  multiply_add_context c = {rounds, 0.5f, 0.5f};
  return tessera_parallel_sum(threads, 1, chains <= 3 ? chains3 : chains <= 6 ? chains6 : chains12, &c);
}
