#include <math.h>

#include "CTesseraKernels.h"
#include "Parallel.h"
#include "Vector16.h"

enum { GRAIN = 16384 };

// One loop over the elements a thread was given: `EXPRESSION` sees index i and the context c.
#define VECTOR_KERNEL(name, context_type, EXPRESSION)                       \
  TESSERA_CLONES static void name(void *context, size_t first, size_t last) { \
    context_type c = *(context_type *)context;                              \
    for (size_t i = first; i < last; i++) EXPRESSION;                       \
  }

typedef struct {
  void *y;
  const void *a, *b;
  float factor;
} vectors;

VECTOR_KERNEL(fill, vectors, ((float *)c.y)[i] = c.factor)
VECTOR_KERNEL(blend, vectors, ((float *)c.y)[i] += c.factor * (((const float *)c.a)[i] - ((float *)c.y)[i]))

// One kernel for each precision: `VALUE` sees sixteen numbers of each vector as a and b, and the context c.
#define PRECISION_KERNEL(name, VALUE)                                                     \
  TESSERA_INLINE void name##_at(vectors c, size_t i, size_t count, int precision) {       \
    vector16 a = load_some16(c.a, i, count, precision);                                   \
    vector16 b = c.b ? load_some16(c.b, i, count, precision) : a;                         \
    (void)b;                                                                              \
    store_some16(c.y, i, (VALUE), count, precision);                                      \
  }                                                                                       \
  TESSERA_INLINE void name##_range(vectors c, size_t first, size_t last, int precision) { \
    size_t i = first;                                                                     \
    for (; i + 16 <= last; i += 16) name##_at(c, i, 16, precision);                       \
    if (i < last) name##_at(c, i, last - i, precision);                                   \
  }                                                                                       \
  TESSERA_CLONES static void name##_f32(void *context, size_t first, size_t last) {       \
    name##_range(*(const vectors *)context, first, last, F32);                            \
  }                                                                                       \
  TESSERA_CLONES static void name##_bf16(void *context, size_t first, size_t last) {      \
    name##_range(*(const vectors *)context, first, last, BF16);                           \
  }

PRECISION_KERNEL(sum, a + b)
PRECISION_KERNEL(scale, c.factor *a)
PRECISION_KERNEL(multiply, a *b)

static void run(tessera_range body, void *y, const void *a, const void *b, size_t count, float factor) {
  vectors v = {y, a, b, factor};
  tessera_parallel(count, GRAIN, body, &v);
}

void tessera_fill(float *y, size_t count, float value) { run(fill, y, 0, 0, count, value); }
void tessera_blend(float *y, const float *x, size_t count, float share) { run(blend, y, x, 0, count, share); }
void tessera_sum(int precision, void *y, const void *a, const void *b, size_t count) {
  run(precision == F32 ? sum_f32 : sum_bf16, y, a, b, count, 0);
}
void tessera_scale(int precision, void *y, const void *x, size_t count, float factor) {
  run(precision == F32 ? scale_f32 : scale_bf16, y, x, 0, count, factor);
}
void tessera_multiply(int precision, void *y, const void *a, const void *b, size_t count) {
  run(precision == F32 ? multiply_f32 : multiply_bf16, y, a, b, count, 0);
}

// ---- Per channel: item i of `channels` owns pixels [i·p, (i + 1)·p).

typedef struct {
  float *y;
  const float *a, *b;
  size_t pixels;
} channels_context;

TESSERA_CLONES static void multiply_channels(void *context, size_t first, size_t last) {
  channels_context c = *(channels_context *)context;
  for (size_t i = first; i < last; i++)
    for (size_t k = i * c.pixels; k < (i + 1) * c.pixels; k++) c.y[k] = c.a[k] * c.b[i];
}

TESSERA_CLONES static void add_channels(void *context, size_t first, size_t last) {
  channels_context c = *(channels_context *)context;
  for (size_t i = first; i < last; i++)
    for (size_t k = i * c.pixels; k < (i + 1) * c.pixels; k++) c.y[k] = c.a[k] + c.b[i];
}

TESSERA_CLONES static void sum_pixels(void *context, size_t first, size_t last) {
  channels_context c = *(channels_context *)context;
  for (size_t i = first; i < last; i++) {
    double s = 0;
    for (size_t k = i * c.pixels; k < (i + 1) * c.pixels; k++) s += c.a[k];
    c.y[i] = (float)s;
  }
}

TESSERA_CLONES static void dot_pixels(void *context, size_t first, size_t last) {
  channels_context c = *(channels_context *)context;
  for (size_t i = first; i < last; i++) {
    double s = 0;
    for (size_t k = i * c.pixels; k < (i + 1) * c.pixels; k++) s += (double)c.a[k] * c.b[k];
    c.y[i] = (float)s;
  }
}

static void run_channels(tessera_range body, float *y, const float *a, const float *b, size_t channels, size_t pixels) {
  channels_context c = {y, a, b, pixels};
  tessera_parallel(channels, 1 + GRAIN / (pixels + 1), body, &c);
}

void tessera_multiply_channels(float *y, const float *x, const float *s, size_t channels, size_t pixels) {
  run_channels(multiply_channels, y, x, s, channels, pixels);
}
void tessera_add_channels(float *y, const float *x, const float *s, size_t channels, size_t pixels) {
  run_channels(add_channels, y, x, s, channels, pixels);
}
void tessera_sum_pixels(float *s, const float *x, size_t channels, size_t pixels) {
  run_channels(sum_pixels, s, x, 0, channels, pixels);
}
void tessera_dot_pixels(float *s, const float *a, const float *b, size_t channels, size_t pixels) {
  run_channels(dot_pixels, s, a, b, channels, pixels);
}

// ---- Reductions

TESSERA_CLONES static double total(void *context, size_t first, size_t last) {
  const float *x = context;
  double s[8] = {0};
  size_t i = first;
  for (; i + 8 <= last; i += 8)
    for (size_t k = 0; k < 8; k++) s[k] += x[i + k];
  for (; i < last; i++) s[0] += x[i];
  return ((s[0] + s[1]) + (s[2] + s[3])) + ((s[4] + s[5]) + (s[6] + s[7]));
}

TESSERA_CLONES static double squares(void *context, size_t first, size_t last) {
  const float *x = context;
  double s[8] = {0};
  size_t i = first;
  for (; i + 8 <= last; i += 8)
    for (size_t k = 0; k < 8; k++) s[k] += (double)x[i + k] * x[i + k];
  for (; i < last; i++) s[0] += (double)x[i] * x[i];
  return ((s[0] + s[1]) + (s[2] + s[3])) + ((s[4] + s[5]) + (s[6] + s[7]));
}

TESSERA_CLONES static double nonfinite(void *context, size_t first, size_t last) {
  const uint32_t *x = context;
  size_t count = 0;
  for (size_t i = first; i < last; i++) count += (x[i] & 0x7f800000u) == 0x7f800000u;
  return (double)count;
}

double tessera_total(const float *x, size_t count) {
  return tessera_parallel_sum(count, TESSERA_PIECE, total, (void *)x);
}
double tessera_squares(const float *x, size_t count) {
  return tessera_parallel_sum(count, TESSERA_PIECE, squares, (void *)x);
}
size_t tessera_nonfinite(const float *x, size_t count) {
  return (size_t)tessera_parallel_sum(count, TESSERA_PIECE, nonfinite, (void *)x);
}

// ---- Dropout: SplitMix64 of (seed, i), so that the mask needs no memory and no order.

typedef struct {
  float *y;
  const float *x;
  float keep;
  uint64_t seed;
} dropout_context;

TESSERA_CLONES static void dropout(void *context, size_t first, size_t last) {
  dropout_context c = *(dropout_context *)context;
  float factor = 1 / c.keep;
  uint32_t limit = (uint32_t)((double)c.keep * 0x1p32 >= 0x1p32 ? 0xffffffffu : (double)c.keep * 0x1p32);
  for (size_t i = first; i < last; i++) {
    uint64_t z = c.seed + (uint64_t)(i + 1) * 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    c.y[i] = (uint32_t)((z ^ (z >> 31)) >> 32) < limit ? c.x[i] * factor : 0;
  }
}

void tessera_dropout(float *y, const float *x, size_t count, float keep, uint64_t seed) {
  dropout_context c = {y, x, keep, seed};
  tessera_parallel(count, GRAIN, dropout, &c);
}
