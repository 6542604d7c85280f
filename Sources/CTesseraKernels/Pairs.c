#include <math.h>
#include <string.h>

#include "CTesseraKernels.h"
#include "Exponential16.h"
#include "Parallel.h"

// Kernels are taken in tiles, whose loops vectorize: for that, rows lie as [width, kernels].
enum { TILE = 64, GRAIN = 16384 };

typedef struct {
  const float *rows, *dy;
  float *y;
  size_t n, kernels, width;
} pairs;

static void transpose(float *to, const float *from, size_t n, size_t rows, size_t columns) {
  for (size_t i = 0; i < n; i++)
    for (size_t r = 0; r < rows; r++)
      for (size_t c = 0; c < columns; c++) to[(i * columns + c) * rows + r] = from[(i * rows + r) * columns + c];
}

// e^−distance of two samples' rows for a tile of kernels.
TESSERA_INLINE void closeness(const pairs *p, const float *a, const float *b, size_t count, float *result) {
  memset(result, 0, TILE * sizeof(float));
  for (size_t c = 0; c < p->width; c++)
    for (size_t k = 0; k < count; k++) result[k] += fabsf(a[c * p->kernels + k] - b[c * p->kernels + k]);
  for (size_t k = 0; k < count; k += 16) store16(result, k, exp_negative16(-load16(result, k, F32)), F32);
}

// Each item is one sample's tile of kernels against all other samples.
#define EACH_TILE(...)                                                          \
  size_t tiles = (p.kernels + TILE - 1) / TILE, row = p.kernels * p.width;      \
  for (size_t item = first; item < last; item++) {                              \
    size_t i = item / tiles, start = item % tiles * TILE;                       \
    size_t count = p.kernels - start < TILE ? p.kernels - start : TILE;         \
    const float *own = p.rows + i * row + start;                                \
    __VA_ARGS__                                                                 \
  }

TESSERA_CLONES static void sum_closeness(void *context, size_t first, size_t last) {
  pairs p = *(pairs *)context;
  EACH_TILE({
    float sum[TILE] = {0}, close[TILE];
    for (size_t j = 0; j < p.n; j++) {
      if (j == i) continue;
      closeness(&p, own, p.rows + j * row + start, count, close);
      for (size_t k = 0; k < count; k++) sum[k] += close[k];
    }
    memcpy(p.y + i * p.kernels + start, sum, count * sizeof(float));
  })
}

// A pair is part of both samples' sums, so that its share of the gradient is that of both.
TESSERA_CLONES static void sum_closeness_backward(void *context, size_t first, size_t last) {
  pairs p = *(pairs *)context;
  EACH_TILE({
    float *dx = p.y + i * row + start;
    for (size_t c = 0; c < p.width; c++) memset(dx + c * p.kernels, 0, count * sizeof(float));
    const float *dy = p.dy + start;
    float close[TILE];
    for (size_t j = 0; j < p.n; j++) {
      if (j == i) continue;
      const float *other = p.rows + j * row + start;
      closeness(&p, own, other, count, close);
      for (size_t k = 0; k < count; k++) close[k] *= dy[i * p.kernels + k] + dy[j * p.kernels + k];
      for (size_t c = 0; c < p.width; c++)
        for (size_t k = 0; k < count; k++) {
          float a = own[c * p.kernels + k], b = other[c * p.kernels + k];
          dx[c * p.kernels + k] += close[k] * (float)((a < b) - (a > b));
        }
    }
  })
}

static void run(tessera_range body, pairs *p) {
  size_t tiles = (p->kernels + TILE - 1) / TILE;
  tessera_parallel(p->n * tiles, 1 + GRAIN / (p->n * p->width * TILE), body, p);
}

size_t tessera_pairs_scratch(const tessera_pairs *d) { return 2 * d->n * d->kernels * d->width; }

void tessera_pairs_sum(const tessera_pairs *d, const float *x, float *y, float *scratch) {
  transpose(scratch, x, d->n, d->kernels, d->width);
  pairs p = {.rows = scratch, .y = y, .n = d->n, .kernels = d->kernels, .width = d->width};
  run(sum_closeness, &p);
}

void tessera_pairs_sum_backward(const tessera_pairs *d, const float *x, const float *dy, float *dx, float *scratch) {
  float *gradient = scratch + d->n * d->kernels * d->width;
  transpose(scratch, x, d->n, d->kernels, d->width);
  pairs p = {.rows = scratch, .dy = dy, .y = gradient, .n = d->n, .kernels = d->kernels, .width = d->width};
  run(sum_closeness_backward, &p);
  transpose(dx, gradient, d->n, d->width, d->kernels);
}
