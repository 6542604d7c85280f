// Cross-entropy of the classes of label maps, with its gradient, sixteen pixels at a time.
#include "CTesseraKernels.h"
#include "Exponential16.h"
#include "Parallel.h"

enum { LANES = 16 };

typedef struct {
  float *dx;
  const float *x, *weights;
  const uint16_t *labels;
  float share;
  float *exponentials;  // [thread, class, 16]
  size_t c, p;
  int passes;  // the caches, as stores
} context;

typedef double doubles8 __attribute__((vector_size(64)));
typedef float floats8 __attribute__((vector_size(32)));

TESSERA_INLINE void add16(vector16 v, doubles8 *low, doubles8 *high) {
  floats8 halves[2];
  memcpy(halves, &v, sizeof v);
  *low += __builtin_convertvector(halves[0], doubles8);
  *high += __builtin_convertvector(halves[1], doubles8);
}

// The class of each pixel, and its weight, 0 of void ones and of those beyond `count`.
TESSERA_INLINE mask16 classes_of(const context *c, const uint16_t *labels, size_t count, vector16 *weight) {
  halves16 some = (halves16){0} + TESSERA_VOID_LABEL;
  memcpy(&some, labels, count * sizeof *labels);
  mask16 classes = __builtin_convertvector(some, mask16);
  *weight = select16(classes == TESSERA_VOID_LABEL, splat16(0), splat16(1));
  if (c->weights)
    for (size_t i = 0; i < count; i++)
      if (some[i] != TESSERA_VOID_LABEL) (*weight)[i] = c->weights[some[i]];
  return classes;
}

// Pixels of one image, the first of whose numbers lies at `at`; adds Σ w·(lse − x[l]).
TESSERA_INLINE void add_pixels(const context *c, float *exponentials, size_t at, const uint16_t *labels, size_t count,
                               doubles8 *low, doubles8 *high) {
  vector16 weight, largest = load_some16(c->x, at, count, F32), chosen = splat16(0), sum = chosen;
  mask16 classes = classes_of(c, labels, count, &weight);
  for (size_t k = 0; k < c->c; k++) {
    vector16 v = load_some16(c->x, at + k * c->p, count, F32);
    largest = max16(v, largest);
    chosen = select16(classes == (int32_t)k, v, chosen);
  }
  for (size_t k = 0; k < c->c; k++) {
    vector16 e = exp_negative16(load_some16(c->x, at + k * c->p, count, F32) - largest);
    store16(exponentials, k * LANES, e, F32);
    sum += e;
  }
  vector16 loss = weight * (log_above_one16(sum) + (largest - chosen));
  add16(select16(classes == TESSERA_VOID_LABEL, splat16(0), loss), low, high);
  weight *= c->share;
  vector16 factor = weight / sum;
  for (size_t k = 0; k < c->c; k++) {
    vector16 own = select16(classes == (int32_t)k, weight, splat16(0));
    vector16 dx = load16(exponentials, k * LANES, F32) * factor - own;
    if (count < LANES) store_some16(c->dx, at + k * c->p, dx, count, F32);
    else put16(c->dx, at + k * c->p, dx, F32, c->passes);
  }
}

// Items are runs of sixteen pixels of an image.
TESSERA_CLONES static double cross_entropy(void *raw, size_t first, size_t last) {
  const context c = *(const context *)raw;
  float *exponentials = c.exponentials + tessera_thread() * c.c * LANES;
  size_t runs = (c.p + LANES - 1) / LANES;
  doubles8 low = {0}, high = {0};
  for (size_t i = first; i < last; i++) {
    size_t image = i / runs, pixel = i % runs * LANES, count = c.p - pixel < LANES ? c.p - pixel : LANES;
    size_t at = image * c.c * c.p + pixel;
    const uint16_t *labels = c.labels + image * c.p + pixel;
    if (count == LANES) add_pixels(&c, exponentials, at, labels, LANES, &low, &high);
    else add_pixels(&c, exponentials, at, labels, count, &low, &high);
  }
  settle_stores();
  low += high;
  return ((low[0] + low[1]) + (low[2] + low[3])) + ((low[4] + low[5]) + (low[6] + low[7]));
}

size_t tessera_cross_entropy_scratch_count(size_t c) { return (size_t)tessera_threads_get() * c * LANES; }

double tessera_cross_entropy(float *dx, const float *x, const uint16_t *labels, const float *weights, float share,
                             size_t n, size_t c, size_t p, float *scratch) {
  context e = {dx, x, weights, labels, share, scratch, c, p, p % LANES == 0 && passes_caches(n * c * p, F32)};
  return tessera_parallel_sum(n * ((p + LANES - 1) / LANES), 64, cross_entropy, &e);
}
