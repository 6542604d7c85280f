#include <math.h>

#include "CTesseraKernels.h"
#include "Parallel.h"
#include "Vector16.h"

enum { GRAIN = 16384 };

typedef struct {
  void *y;
  const void *x, *dy;
  float slope;
} context;

// Below -87 the value is flushed to 0: an exponential that overflows would count as a broken network.
static inline float sigmoid(float x) {
  float e = expf(x < -87 ? 87 : -x);
  return x < -87 ? 0 : 1 / (1 + e);
}

// bf16 goes through f32 in pieces that stay in the first-level cache.
enum { PIECE = 512 };

TESSERA_INLINE const float *widened(float *piece, const void *from, size_t first, size_t count) {
  size_t i = 0;
  for (; i + 16 <= count; i += 16) store16(piece, i, load16(from, first + i, BF16), F32);
  if (i < count) store16(piece, i, load_some16(from, first + i, count - i, BF16), F32);
  return piece;
}

TESSERA_INLINE void narrow(void *to, const float *piece, size_t first, size_t count) {
  size_t i = 0;
  for (; i + 16 <= count; i += 16) store16(to, first + i, load16(piece, i, F32), BF16);
  if (i < count) store_some16(to, first + i, load_some16(piece, i, count - i, F32), count - i, BF16);
}

// f and f' as expressions of v = x[i]. Every f passes NaN on, so that a network which broke shows it.
#define ACTIVATION(name, value, derivative)                                                                \
  TESSERA_INLINE void name##_of(const context c, float *restrict y, const float *restrict x, size_t count) { \
    for (size_t i = 0; i < count; i++) {                                                                   \
      float v = x[i];                                                                                      \
      y[i] = (value);                                                                                      \
    }                                                                                                      \
  }                                                                                                        \
  TESSERA_INLINE void name##_backward_of(const context c, float *restrict y, const float *restrict dy,     \
                                         const float *restrict x, size_t count) {                          \
    for (size_t i = 0; i < count; i++) {                                                                   \
      float v = x[i];                                                                                      \
      y[i] = dy[i] * (derivative);                                                                         \
    }                                                                                                      \
  }                                                                                                        \
  TESSERA_CLONES static void name##_f32(void *p, size_t first, size_t last) {                              \
    const context c = *(const context *)p;                                                                 \
    name##_of(c, (float *)c.y + first, (const float *)c.x + first, last - first);                          \
  }                                                                                                        \
  TESSERA_CLONES static void name##_backward_f32(void *p, size_t first, size_t last) {                     \
    const context c = *(const context *)p;                                                                 \
    name##_backward_of(c, (float *)c.y + first, (const float *)c.dy + first, (const float *)c.x + first,   \
                       last - first);                                                                      \
  }                                                                                                        \
  TESSERA_CLONES static void name##_bf16(void *p, size_t first, size_t last) {                             \
    const context c = *(const context *)p;                                                                 \
    float x[PIECE], y[PIECE];                                                                              \
    for (size_t i = first; i < last; i += PIECE) {                                                         \
      size_t count = last - i < PIECE ? last - i : PIECE;                                                  \
      name##_of(c, y, widened(x, c.x, i, count), count);                                                   \
      narrow(c.y, y, i, count);                                                                            \
    }                                                                                                      \
  }                                                                                                        \
  TESSERA_CLONES static void name##_backward_bf16(void *p, size_t first, size_t last) {                    \
    const context c = *(const context *)p;                                                                 \
    float x[PIECE], dy[PIECE], y[PIECE];                                                                   \
    for (size_t i = first; i < last; i += PIECE) {                                                         \
      size_t count = last - i < PIECE ? last - i : PIECE;                                                  \
      name##_backward_of(c, y, widened(dy, c.dy, i, count), widened(x, c.x, i, count), count);             \
      narrow(c.y, y, i, count);                                                                            \
    }                                                                                                      \
  }

ACTIVATION(sigmoid_activation, sigmoid(v), sigmoid(v) * (1 - sigmoid(v)))
ACTIVATION(tanh_activation, tanhf(v), 1 - tanhf(v) * tanhf(v))

// The same for what takes less time than the memory: sixteen numbers v at a time, in either precision.
#define VECTOR_ACTIVATION(name, value, derivative)                                                          \
  TESSERA_INLINE void name##_at(const context *c, size_t i, size_t count, int precision) {                 \
    vector16 v = load_some16(c->x, i, count, precision);                                                   \
    store_some16(c->y, i, (value), count, precision);                                                      \
  }                                                                                                        \
  TESSERA_INLINE void name##_backward_at(const context *c, size_t i, size_t count, int precision) {        \
    vector16 v = load_some16(c->x, i, count, precision), dy = load_some16(c->dy, i, count, precision);     \
    store_some16(c->y, i, dy * (derivative), count, precision);                                            \
  }                                                                                                        \
  VECTOR_LOOP(name##_f32, name##_at, F32)                                                                  \
  VECTOR_LOOP(name##_bf16, name##_at, BF16)                                                                \
  VECTOR_LOOP(name##_backward_f32, name##_backward_at, F32)                                                \
  VECTOR_LOOP(name##_backward_bf16, name##_backward_at, BF16)

#define VECTOR_LOOP(name, at, precision)                             \
  TESSERA_CLONES static void name(void *p, size_t first, size_t last) { \
    const context c = *(const context *)p;                           \
    size_t i = first;                                                \
    for (; i + 16 <= last; i += 16) at(&c, i, 16, precision);        \
    if (i < last) at(&c, i, last - i, precision);                    \
  }

TESSERA_INLINE vector16 clip16(vector16 v, float low, float high) {
  return select16(v < low, splat16(low), select16(v > high, splat16(high), v));
}

// 1 where the mask is set, else `other`.
TESSERA_INLINE vector16 one16(mask16 mask, vector16 other) { return select16(mask, splat16(1), other); }

// A division would take longer than the memory.
#define SIXTH (1.0f / 6)

VECTOR_ACTIVATION(relu, select16(v < 0, splat16(0), v), one16(v > 0, splat16(0)))
VECTOR_ACTIVATION(leaky_relu, select16(v > 0, v, c->slope *v), one16(v > 0, splat16(c->slope)))
VECTOR_ACTIVATION(relu6, clip16(v, 0, 6), one16((v > 0) & (v < 6), splat16(0)))
VECTOR_ACTIVATION(hard_swish, v *clip16(v + 3, 0, 6) * SIXTH,
                  select16(v <= -3, splat16(0), one16(v >= 3, (2 * v + 3) * SIXTH)))
VECTOR_ACTIVATION(hard_sigmoid, clip16(v + 3, 0, 6) * SIXTH, select16((v > -3) & (v < 3), splat16(SIXTH), splat16(0)))

#define BOTH(name) {name##_f32, name##_bf16}

void tessera_activate(int kind, float slope, int precision, void *y, const void *x, size_t count) {
  static const tessera_range kernels[][2] = {
      BOTH(relu),         BOTH(leaky_relu),         BOTH(relu6),          BOTH(hard_swish),
      BOTH(hard_sigmoid), BOTH(sigmoid_activation), BOTH(tanh_activation)};
  context c = {y, x, NULL, slope};
  tessera_parallel(count, GRAIN, kernels[kind][precision], &c);
}

void tessera_activate_backward(int kind, float slope, int precision, void *dx, const void *dy, const void *x,
                               size_t count) {
  static const tessera_range kernels[][2] = {BOTH(relu_backward),         BOTH(leaky_relu_backward),
                                             BOTH(relu6_backward),        BOTH(hard_swish_backward),
                                             BOTH(hard_sigmoid_backward), BOTH(sigmoid_activation_backward),
                                             BOTH(tanh_activation_backward)};
  context c = {dx, x, dy, slope};
  tessera_parallel(count, GRAIN, kernels[kind][precision], &c);
}
