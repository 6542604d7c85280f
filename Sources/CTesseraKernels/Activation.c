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

static inline float clip(float x, float low, float high) { return x < low ? low : x > high ? high : x; }

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

// A division would take longer than the memory.
#define SIXTH (1.0f / 6)

ACTIVATION(relu, v < 0 ? 0 : v, v > 0 ? 1.0f : 0.0f)
ACTIVATION(leaky_relu, v > 0 ? v : c.slope * v, v > 0 ? 1.0f : c.slope)
ACTIVATION(relu6, clip(v, 0, 6), v > 0 && v < 6 ? 1.0f : 0.0f)
ACTIVATION(hard_swish, v *clip(v + 3, 0, 6) * SIXTH, v <= -3 ? 0.0f : v >= 3 ? 1.0f : (2 * v + 3) * SIXTH)
ACTIVATION(hard_sigmoid, clip(v + 3, 0, 6) * SIXTH, v > -3 && v < 3 ? SIXTH : 0.0f)
ACTIVATION(sigmoid_activation, sigmoid(v), sigmoid(v) * (1 - sigmoid(v)))
ACTIVATION(tanh_activation, tanhf(v), 1 - tanhf(v) * tanhf(v))

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
