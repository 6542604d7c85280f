#include <math.h>

#include "CTesseraKernels.h"
#include "Parallel.h"
#include "Vector16.h"

enum { GRAIN = 16384 };

typedef struct {
  float *w, *velocity;
  const float *g;
  float rate, momentum, decay;
  int nesterov;
} sgd_context;

TESSERA_CLONES static void sgd(void *context, size_t first, size_t last) {
  sgd_context c = *(sgd_context *)context;
  for (size_t i = first; i < last; i++) {
    float g = c.g[i] + c.decay * c.w[i];
    float v = c.momentum * c.velocity[i] + g;
    c.velocity[i] = v;
    c.w[i] -= c.rate * (c.nesterov ? g + c.momentum * v : v);
  }
}

void tessera_sgd(float *w, float *velocity, const float *g, size_t count, float rate, float momentum, float decay,
                 int nesterov) {
  sgd_context c = {w, velocity, g, rate, momentum, decay, nesterov};
  tessera_parallel(count, GRAIN, sgd, &c);
}

typedef struct {
  float *w, *m, *v;
  const float *g;
  tessera_adam_step s;
  float rate, root;  // with the corrections
} adam_context;

// Sixteen numbers at a time: no compiler makes vectors of square roots that may set errno.
TESSERA_INLINE void adam_at(const adam_context *c, size_t i, size_t count, int decoupled) {
  const tessera_adam_step s = c->s;
  vector16 w = load_some16(c->w, i, count, F32), g = load_some16(c->g, i, count, F32);
  if (!decoupled) g = g + s.decay * w;
  vector16 m = s.beta1 * load_some16(c->m, i, count, F32) + (1 - s.beta1) * g;
  vector16 v = s.beta2 * load_some16(c->v, i, count, F32) + (1 - s.beta2) * g * g;
  if (decoupled) w = w * (1 - s.rate * s.decay);
  store_some16(c->m, i, m, count, F32);
  store_some16(c->v, i, v, count, F32);
  store_some16(c->w, i, w - c->rate * m / (__builtin_elementwise_sqrt(v) * c->root + s.epsilon), count, F32);
}

TESSERA_INLINE void adam_range(const adam_context *c, size_t first, size_t last, int decoupled) {
  size_t i = first;
  for (; i + 16 <= last; i += 16) adam_at(c, i, 16, decoupled);
  if (i < last) adam_at(c, i, last - i, decoupled);
}

TESSERA_CLONES static void adam(void *context, size_t first, size_t last) {
  const adam_context c = *(const adam_context *)context;
  if (c.s.decoupled) adam_range(&c, first, last, 1);
  else adam_range(&c, first, last, 0);
}

void tessera_adam(float *w, float *m, float *v, const float *g, size_t count, const tessera_adam_step *step) {
  adam_context c = {w, m, v, g, *step, step->rate / step->correction1, 1 / sqrtf(step->correction2)};
  tessera_parallel(count, GRAIN, adam, &c);
}
