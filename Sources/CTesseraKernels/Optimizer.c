#include <math.h>

#include "CTesseraKernels.h"
#include "Parallel.h"

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
} adam_context;

TESSERA_CLONES static void adam(void *context, size_t first, size_t last) {
  adam_context c = *(adam_context *)context;
  tessera_adam_step s = c.s;
  float rate = s.rate / s.correction1, root = 1 / sqrtf(s.correction2);
  for (size_t i = first; i < last; i++) {
    float g = s.decoupled ? c.g[i] : c.g[i] + s.decay * c.w[i];
    float m = s.beta1 * c.m[i] + (1 - s.beta1) * g;
    float v = s.beta2 * c.v[i] + (1 - s.beta2) * g * g;
    c.m[i] = m;
    c.v[i] = v;
    float w = s.decoupled ? c.w[i] * (1 - s.rate * s.decay) : c.w[i];
    c.w[i] = w - rate * m / (sqrtf(v) * root + s.epsilon);
  }
}

void tessera_adam(float *w, float *m, float *v, const float *g, size_t count, const tessera_adam_step *step) {
  adam_context c = {w, m, v, g, *step};
  tessera_parallel(count, GRAIN, adam, &c);
}
