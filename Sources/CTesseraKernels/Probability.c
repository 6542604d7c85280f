#include <math.h>
#include <string.h>

#include "CTesseraKernels.h"
#include "Exponential16.h"
#include "Parallel.h"

// Pixels are taken in tiles: for each tile every channel's run is contiguous, so the loops over pixels vectorize and a
// tile of all channels stays in the first-level cache.
enum { TILE = 128 };

typedef struct {
  float *y, *lse;
  const float *x, *dy, *weights;
  const uint16_t *labels;
  uint16_t *classes;
  size_t c, p;
  float threshold;
} maps;

// Calls `body` on tiles [first, last) of pixels of one image, its channels starting at `at`.
#define EACH_TILE(...)                                              \
  size_t tiles = (m.p + TILE - 1) / TILE;                           \
  for (size_t t = first; t < last; t++) {                           \
    size_t image = t / tiles, pixel = t % tiles * TILE;             \
    size_t width = m.p - pixel < TILE ? m.p - pixel : TILE;         \
    size_t at = image * m.c * m.p + pixel;                          \
    const uint16_t *labels = m.labels ? m.labels + image * m.p + pixel : NULL; \
    (void)labels;                                                   \
    __VA_ARGS__                                                     \
  }

static void run(tessera_range body, maps *m, size_t n) {
  size_t tiles = (m->p + TILE - 1) / TILE;
  tessera_parallel(n * tiles, 8, body, m);
}

// For `count` pixels of one image, the first of whose numbers lies at `at`: the largest channel, exp(x − largest) of
// every channel as `y`, and its sum over the channels.
TESSERA_INLINE void exponentials_at(const maps *m, size_t at, size_t count, vector16 *largest, vector16 *sum) {
  *largest = load_some16(m->x, at, count, F32);
  *sum = splat16(0);
  for (size_t c = 1; c < m->c; c++) *largest = max16(load_some16(m->x, at + c * m->p, count, F32), *largest);
  for (size_t c = 0; c < m->c; c++) {
    vector16 e = exp_negative16(load_some16(m->x, at + c * m->p, count, F32) - *largest);
    store_some16(m->y, at + c * m->p, e, count, F32);
    *sum += e;
  }
}

// The same for a tile of pixels.
TESSERA_INLINE void exponentials(const maps *m, size_t at, size_t width, float *largest, float *sum) {
  for (size_t i = 0; i < width; i += 16) {
    size_t count = width - i < 16 ? width - i : 16;
    vector16 l, s;
    if (count == 16) exponentials_at(m, at + i, 16, &l, &s);
    else exponentials_at(m, at + i, count, &l, &s);
    store_some16(largest, i, l, count, F32);
    store_some16(sum, i, s, count, F32);
  }
}

TESSERA_INLINE void softmax_at(const maps *m, size_t at, size_t count) {
  vector16 largest, sum;
  exponentials_at(m, at, count, &largest, &sum);
  vector16 factor = 1 / sum;
  for (size_t c = 0; c < m->c; c++)
    store_some16(m->y, at + c * m->p, load_some16(m->y, at + c * m->p, count, F32) * factor, count, F32);
}

TESSERA_CLONES static void softmax(void *context, size_t first, size_t last) {
  const maps m = *(const maps *)context;
  EACH_TILE({
    size_t i = 0;
    for (; i + 16 <= width; i += 16) softmax_at(&m, at + i, 16);
    if (i < width) softmax_at(&m, at + i, width - i);
  })
}

TESSERA_CLONES static void log_sum_exp(void *context, size_t first, size_t last) {
  maps m = *(maps *)context;
  EACH_TILE({
    float largest[TILE], sum[TILE];
    exponentials(&m, at, width, largest, sum);
    for (size_t i = 0; i < width; i++) {
      m.lse[image * m.p + pixel + i] = (float)(largest[i] + log(sum[i]));
      sum[i] = 1 / sum[i];
    }
    for (size_t c = 0; c < m.c; c++)
      for (size_t i = 0; i < width; i++) m.y[at + c * m.p + i] *= sum[i];
  })
}

TESSERA_CLONES static void multiply_pixels(void *context, size_t first, size_t last) {
  maps m = *(maps *)context;  // dy holds the factors
  EACH_TILE({
    const float *factors = m.dy + image * m.p + pixel;
    for (size_t c = 0; c < m.c; c++)
      for (size_t i = 0; i < width; i++) m.y[at + c * m.p + i] = m.x[at + c * m.p + i] * factors[i];
  })
}

TESSERA_CLONES static void softmax_backward(void *context, size_t first, size_t last) {
  maps m = *(maps *)context;  // x holds the probabilities
  EACH_TILE({
    float dot[TILE];
    memset(dot, 0, sizeof dot);
    for (size_t c = 0; c < m.c; c++)
      for (size_t i = 0; i < width; i++) dot[i] += m.dy[at + c * m.p + i] * m.x[at + c * m.p + i];
    for (size_t c = 0; c < m.c; c++)
      for (size_t i = 0; i < width; i++)
        m.y[at + c * m.p + i] = m.x[at + c * m.p + i] * (m.dy[at + c * m.p + i] - dot[i]);
  })
}

// The largest logit stands for the others' offset, so that huge ones lose nothing.
TESSERA_CLONES static double uniform_cross_entropy(void *context, size_t first, size_t last) {
  maps m = *(maps *)context;
  double loss = 0;
  float share = 1 / (float)m.c;
  EACH_TILE({
    float largest[TILE], sum[TILE], weight[TILE], below[TILE] = {0};
    exponentials(&m, at, width, largest, sum);
    for (size_t c = 0; c < m.c; c++)
      for (size_t i = 0; i < width; i++) below[i] += largest[i] - m.x[at + c * m.p + i];
    for (size_t i = 0; i < width; i++) {
      weight[i] = m.weights ? m.weights[image * m.p + pixel + i] : 1;
      loss += (double)weight[i] * (log(sum[i]) + (double)below[i] / (double)m.c);
      sum[i] = weight[i] / sum[i];
    }
    for (size_t c = 0; c < m.c; c++)
      for (size_t i = 0; i < width; i++) m.y[at + c * m.p + i] = m.y[at + c * m.p + i] * sum[i] - weight[i] * share;
  })
  return loss;
}

TESSERA_CLONES static void one_hot(void *context, size_t first, size_t last) {
  maps m = *(maps *)context;
  EACH_TILE({
    for (size_t c = 0; c < m.c; c++)
      for (size_t i = 0; i < width; i++) m.y[at + c * m.p + i] = labels[i] == c ? 1 : 0;
  })
}

TESSERA_CLONES static void mask_void(void *context, size_t first, size_t last) {
  maps m = *(maps *)context;
  EACH_TILE({
    for (size_t c = 0; c < m.c; c++)
      for (size_t i = 0; i < width; i++)
        m.y[at + c * m.p + i] = labels[i] == TESSERA_VOID_LABEL ? 0 : m.x[at + c * m.p + i];
  })
}

TESSERA_CLONES static void soften_labels(void *context, size_t first, size_t last) {
  maps m = *(maps *)context;
  EACH_TILE({
    float own[TILE], share[TILE];
    for (size_t i = 0; i < width; i++) {
      int is_void = labels[i] == TESSERA_VOID_LABEL;
      float x = is_void ? 0 : m.x[at + labels[i] * m.p + i];
      // Only below the threshold is there something to divide, so never by 0; a NaN stays one.
      int is_below = !is_void && x < m.threshold;
      own[i] = is_below ? m.threshold : x;
      share[i] = (is_below ? 1 - m.threshold : 1) / (is_below ? 1 - x : 1);
    }
    for (size_t c = 0; c < m.c; c++)
      for (size_t i = 0; i < width; i++) {
        float others = labels[i] == c ? own[i] : share[i] * m.x[at + c * m.p + i];
        m.y[at + c * m.p + i] = labels[i] == TESSERA_VOID_LABEL ? 0 : others;
      }
  })
}

TESSERA_CLONES static void largest_class(void *context, size_t first, size_t last) {
  maps m = *(maps *)context;
  EACH_TILE({
    float largest[TILE];
    uint16_t best[TILE];
    memcpy(largest, m.x + at, width * sizeof(float));
    memset(best, 0, sizeof best);
    for (size_t c = 1; c < m.c; c++)
      for (size_t i = 0; i < width; i++) {
        float v = m.x[at + c * m.p + i];
        best[i] = v > largest[i] ? (uint16_t)c : best[i];
        largest[i] = v > largest[i] ? v : largest[i];
      }
    memcpy(m.classes + image * m.p + pixel, best, width * sizeof(uint16_t));
    if (m.y) memcpy(m.y + image * m.p + pixel, largest, width * sizeof(float));
  })
}

void tessera_softmax(float *y, const float *x, size_t n, size_t c, size_t p) {
  maps m = {.y = y, .x = x, .c = c, .p = p};
  run(softmax, &m, n);
}

void tessera_log_sum_exp(float *lse, float *y, const float *x, size_t n, size_t c, size_t p) {
  maps m = {.y = y, .lse = lse, .x = x, .c = c, .p = p};
  run(log_sum_exp, &m, n);
}

void tessera_multiply_pixels(float *y, const float *x, const float *s, size_t n, size_t c, size_t p) {
  maps m = {.y = y, .x = x, .dy = s, .c = c, .p = p};
  run(multiply_pixels, &m, n);
}

void tessera_softmax_backward(float *dx, const float *dy, const float *y, size_t n, size_t c, size_t p) {
  maps m = {.y = dx, .x = y, .dy = dy, .c = c, .p = p};
  run(softmax_backward, &m, n);
}

double tessera_uniform_cross_entropy(float *dx, const float *x, const float *weights, size_t n, size_t c, size_t p) {
  size_t tiles = n * ((p + TILE - 1) / TILE);
  maps m = {.y = dx, .x = x, .weights = weights, .c = c, .p = p};
  return tessera_parallel_sum(tiles, 8, uniform_cross_entropy, &m);
}

static double label_weight(void *context, size_t first, size_t last) {
  maps *m = context;
  double total = 0;
  for (size_t i = first; i < last; i++)
    if (m->labels[i] != TESSERA_VOID_LABEL) total += m->weights ? m->weights[m->labels[i]] : 1;
  return total;
}

double tessera_label_weight(const uint16_t *labels, const float *weights, size_t count) {
  maps m = {.weights = weights, .labels = labels};
  return tessera_parallel_sum(count, TESSERA_PIECE, label_weight, &m);
}

void tessera_one_hot(float *y, const uint16_t *labels, size_t n, size_t c, size_t p) {
  maps m = {.y = y, .labels = labels, .c = c, .p = p};
  run(one_hot, &m, n);
}

void tessera_mask_void(float *y, const float *x, const uint16_t *labels, size_t n, size_t c, size_t p) {
  maps m = {.y = y, .x = x, .labels = labels, .c = c, .p = p};
  run(mask_void, &m, n);
}

void tessera_soften_labels(float *y, const float *x, const uint16_t *labels, float threshold, size_t n, size_t c,
                           size_t p) {
  maps m = {.y = y, .x = x, .labels = labels, .c = c, .p = p, .threshold = threshold};
  run(soften_labels, &m, n);
}

void tessera_largest_class(uint16_t *classes, float *largest, const float *x, size_t n, size_t c, size_t p) {
  maps m = {.y = largest, .x = x, .classes = classes, .c = c, .p = p};
  run(largest_class, &m, n);
}

// ---- Binary cross-entropy from logits: softplus(z) − target·z, whose derivative is σ(z) − target. Written so that a
// sure and right verdict keeps its small loss and gradient: no difference of large numbers.

typedef struct {
  float *dz;
  const float *z, *w;
  float target;
} verdicts;

static double binary_cross_entropy(void *context, size_t first, size_t last) {
  verdicts v = *(verdicts *)context;
  double loss = 0;
  for (size_t i = first; i < last; i++) {
    double z = v.z[i], tail = exp(-fabs(z)), small = tail / (1 + tail);
    double rest = z > 0 ? 1 - (double)v.target : -(double)v.target;
    double weight = v.w ? (double)v.w[i] : 1;
    loss += weight * (rest * z + log1p(tail));
    v.dz[i] = (float)(weight * (rest + (z > 0 ? -small : small)));
  }
  return loss;
}

double tessera_binary_cross_entropy(float *dz, const float *z, const float *w, float target, size_t count) {
  verdicts v = {dz, z, w, target};
  return tessera_parallel_sum(count, TESSERA_PIECE, binary_cross_entropy, &v);
}
