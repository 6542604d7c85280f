#include <math.h>

#include "CTesseraKernels.h"
#include "Parallel.h"

enum { GRAIN = 16384 };

typedef struct {
  float *y;
  const float *x, *dy;
  float slope;
} context;

static inline float clip(float x, float low, float high) { return x < low ? low : x > high ? high : x; }

// Below -87 the value is flushed to 0: an exponential that overflows would count as a broken network.
static inline float sigmoid(float x) {
  float e = expf(x < -87 ? 87 : -x);
  return x < -87 ? 0 : 1 / (1 + e);
}

// f and f' as expressions of v = x[i]. Every f passes NaN on, so that a network which broke shows it.
#define ACTIVATION(name, value, derivative)                                         \
  TESSERA_CLONES static void name(void *p, size_t first, size_t last) {             \
    context c = *(context *)p;                                                      \
    for (size_t i = first; i < last; i++) {                                         \
      float v = c.x[i];                                                             \
      c.y[i] = (value);                                                             \
    }                                                                               \
  }                                                                                 \
  TESSERA_CLONES static void name##_backward(void *p, size_t first, size_t last) {  \
    context c = *(context *)p;                                                      \
    for (size_t i = first; i < last; i++) {                                         \
      float v = c.x[i];                                                             \
      c.y[i] = c.dy[i] * (derivative);                                              \
    }                                                                               \
  }

ACTIVATION(relu, v < 0 ? 0 : v, v > 0 ? 1.0f : 0.0f)
ACTIVATION(leaky_relu, v > 0 ? v : c.slope * v, v > 0 ? 1.0f : c.slope)
ACTIVATION(relu6, clip(v, 0, 6), v > 0 && v < 6 ? 1.0f : 0.0f)
ACTIVATION(hard_swish, v *clip(v + 3, 0, 6) / 6, v <= -3 ? 0.0f : v >= 3 ? 1.0f : (2 * v + 3) / 6)
ACTIVATION(hard_sigmoid, clip(v + 3, 0, 6) / 6, v > -3 && v < 3 ? 1.0f / 6 : 0.0f)
ACTIVATION(sigmoid_activation, sigmoid(v), sigmoid(v) * (1 - sigmoid(v)))
ACTIVATION(tanh_activation, tanhf(v), 1 - tanhf(v) * tanhf(v))

void tessera_activate(int kind, float slope, float *y, const float *x, size_t count) {
  static const tessera_range kernels[] = {relu,         leaky_relu,         relu6,          hard_swish,
                                          hard_sigmoid, sigmoid_activation, tanh_activation};
  context c = {y, x, NULL, slope};
  tessera_parallel(count, GRAIN, kernels[kind], &c);
}

void tessera_activate_backward(int kind, float slope, float *dx, const float *dy, const float *x, size_t count) {
  static const tessera_range kernels[] = {relu_backward,       leaky_relu_backward,   relu6_backward,
                                          hard_swish_backward, hard_sigmoid_backward, sigmoid_activation_backward,
                                          tanh_activation_backward};
  context c = {dx, x, dy, slope};
  tessera_parallel(count, GRAIN, kernels[kind], &c);
}
