// The largest of every 2×2 pixels of blocked maps, without a workspace: backward finds the winner again. Of equal
// values the first in row-major order wins; a NaN wins over every number.
#include "CTesseraKernels.h"
#include "Parallel.h"
#include "Vector16.h"

enum { LANES = 16 };

typedef struct {
  size_t height, width;  // of the larger map
  const void *x, *dy;
  void *result;
  int passes;  // the caches, as stores
} context;

TESSERA_INLINE mask16 wins(vector16 later, vector16 earlier) { return (later > earlier) | (later != later); }

// Row i of all planes' results.
TESSERA_INLINE void pool(const context *c, size_t first, size_t last, int precision) {
  size_t height = c->height / 2, width = c->width / 2, row = c->width * LANES;
  for (size_t i = first; i < last; i++) {
    size_t from = (i / height * c->height + i % height * 2) * row, to = i * width * LANES;
    for (size_t j = 0; j < width; j++, from += 2 * LANES, to += LANES) {
      vector16 best = load16(c->x, from, precision);
      const size_t others[] = {from + LANES, from + row, from + row + LANES};
      for (size_t k = 0; k < 3; k++) {
        vector16 x = load16(c->x, others[k], precision);
        best = select16(wins(x, best), x, best);
      }
      put16(c->result, to, best, precision, c->passes);
    }
  }
  settle_stores();
}

TESSERA_INLINE void store_zeros(void *to, size_t first, size_t last, int precision) {
  memset(element_at_mutable(to, first, precision), 0, (last - first) * element_bytes(precision));
}

// Two rows of dx for row i of all planes' dy; the last row and column of an odd size belong to no window.
TESSERA_INLINE void pull_back(const context *c, size_t first, size_t last, int precision) {
  size_t height = c->height / 2, width = c->width / 2, row = c->width * LANES;
  for (size_t i = first; i < last; i++) {
    size_t start = (i / height * c->height + i % height * 2) * row, from = i * width * LANES;
    for (size_t j = 0; j < width; j++, from += LANES) {
      size_t at = start + 2 * j * LANES;
      vector16 a = load16(c->x, at, precision), b = load16(c->x, at + LANES, precision);
      vector16 d = load16(c->x, at + row, precision), e = load16(c->x, at + row + LANES, precision);
      vector16 dy = load16(c->dy, from, precision), zero = splat16(0);
      mask16 second = wins(b, a);
      vector16 best = select16(second, b, a);
      mask16 third = wins(d, best);
      best = select16(third, d, best);
      mask16 fourth = wins(e, best);
      put16(c->result, at, select16(second | third | fourth, zero, dy), precision, c->passes);
      put16(c->result, at + LANES, select16(second & ~(third | fourth), dy, zero), precision, c->passes);
      put16(c->result, at + row, select16(third & ~fourth, dy, zero), precision, c->passes);
      put16(c->result, at + row + LANES, select16(fourth, dy, zero), precision, c->passes);
    }
    if (c->width % 2) {
      store_zeros(c->result, start + row - LANES, start + row, precision);
      store_zeros(c->result, start + 2 * row - LANES, start + 2 * row, precision);
    }
    if (c->height % 2 && i % height == height - 1)
      store_zeros(c->result, start + 2 * row, start + 3 * row, precision);
  }
  settle_stores();
}

#define INSTANTIATE(body, precision, name)                              \
  TESSERA_CLONES static void name(void *p, size_t first, size_t last) { \
    context c = *(context *)p;                                          \
    body(&c, first, last, precision);                                   \
  }
INSTANTIATE(pool, F32, pool_f32)
INSTANTIATE(pool, BF16, pool_bf16)
INSTANTIATE(pull_back, F32, pull_back_f32)
INSTANTIATE(pull_back, BF16, pull_back_bf16)

static void run(const context *c, size_t planes, tessera_range body) {
  tessera_parallel(planes * (c->height / 2), 1 + TESSERA_PIECE / (2 * c->width * LANES), body, (void *)c);
}

void tessera_block_max_pool(void *y, const void *x, size_t planes, size_t height, size_t width, int precision) {
  context c = {height, width, x, NULL, y, passes_caches(planes * (height / 2) * (width / 2) * LANES, precision)};
  run(&c, planes, precision == F32 ? pool_f32 : pool_bf16);
}

void tessera_block_max_pool_backward(void *dx, const void *dy, const void *x, size_t planes, size_t height,
                                     size_t width, int precision) {
  context c = {height, width, x, dy, dx, passes_caches(planes * height * width * LANES, precision)};
  run(&c, planes, precision == F32 ? pull_back_f32 : pull_back_bf16);
}
