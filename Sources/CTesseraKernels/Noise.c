#include <math.h>

#include "CTesseraKernels.h"
#include "Parallel.h"

typedef struct {
  float *y;
  const float *x;
  size_t count;
  float deviation;
  uint64_t seed;
} noise_context;

// SplitMix64 of (seed, i), so that the numbers need no memory and no order.
static inline uint64_t hash(uint64_t seed, uint64_t i) {
  uint64_t z = seed + (i + 1) * 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

// Box and Muller 1958: two uniform numbers make two normal ones.
static void add_noise(void *context, size_t first, size_t last) {
  noise_context c = *(noise_context *)context;
  for (size_t pair = first; pair < last; pair++) {
    // Above 0, so that the logarithm is finite.
    double radius = sqrt(-2 * log(((hash(c.seed, 2 * pair) >> 11) + 1) * 0x1p-53));
    double angle = 2 * M_PI * ((hash(c.seed, 2 * pair + 1) >> 11) * 0x1p-53);
    size_t i = 2 * pair;
    c.y[i] = (float)(c.x[i] + c.deviation * radius * cos(angle));
    if (i + 1 < c.count) c.y[i + 1] = (float)(c.x[i + 1] + c.deviation * radius * sin(angle));
  }
}

void tessera_add_noise(float *y, const float *x, size_t count, float deviation, uint64_t seed) {
  noise_context c = {y, x, count, deviation, seed};
  tessera_parallel((count + 1) / 2, 1024, add_noise, &c);
}
