// Batch normalisation of blocked maps.
//
//     v = (x − m)·a + β,  a = γ / √(σ² + ε),  y = f(v)
//
// Two passes over memory in each direction: sums of pieces of fixed size, then the map. No workspace is kept: backward
// computes v again, by the same operations, so that both see the same side of every kink. Numbers of the padding have
// a = 0 and β = 0, hence y = 0.
#include <math.h>

#include "CTesseraKernels.h"
#include "Parallel.h"
#include "Vector16.h"

// Pixels of one piece: with 16 channels of f32, 32 KB, so that a second look finds it in the first cache.
enum { PIECE = 512, LANES = 16 };
// Bytes of a map that the last cache keeps from one pass to the next.
enum { KEPT = 8 << 20 };
// Rows of 16 that one piece leaves: forward an estimate of the mean, then Σd and Σd² of d = x − estimate; backward Σg
// and Σg·(x − m) of g = dy·f'(v).
enum { ESTIMATE, SUM, SQUARES, PARTIAL_ROWS };
enum { GRADIENT_SUM, SLOPE_SUM };
// Rows of 16 of each block, which the second pass reads: m, a, β; backward also the means that it takes from g.
enum { MEAN, FACTOR, SHIFT, MEAN_GRADIENT, SLOPE_GRADIENT, BLOCK_ROWS };

enum { NONE = TESSERA_NO_ACTIVATION, RELU = TESSERA_RELU, HARD_SWISH = TESSERA_HARD_SWISH };

typedef struct {
  tessera_block_normalization d;
  size_t blocks, pieces;  // of all channels; of one image's pixels
  const void *x, *dy;
  void *result;
  const float *scale, *shift;
  float *mean, *variance, *dscale, *dshift;
  float *partials, *rows;
  size_t first_block, last_block;  // that a pass is about
  int passes;                      // the caches, as stores
} context;

static context make_context(const tessera_block_normalization *d, float *scratch) {
  context c = {.d = *d};
  c.blocks = (d->channels + LANES - 1) / LANES;
  c.pieces = (d->pixels + PIECE - 1) / PIECE;
  c.rows = scratch;
  c.partials = scratch + c.blocks * BLOCK_ROWS * LANES;
  return c;
}

size_t tessera_block_normalization_scratch(const tessera_block_normalization *d) {
  context c = make_context(d, NULL);
  return (c.blocks * BLOCK_ROWS + d->images * c.blocks * c.pieces * PARTIAL_ROWS) * LANES;
}

// A piece of the pixels of a block of an image.
typedef struct {
  size_t start, end;  // elements
  size_t block, partial;
} item;

TESSERA_INLINE item item_at(const context *c, size_t image, size_t block, size_t piece) {
  size_t plane = image * c->blocks + block, first = piece * PIECE, last = first + PIECE;
  if (last > c->d.pixels) last = c->d.pixels;
  return (item){(plane * c->d.pixels + first) * LANES, (plane * c->d.pixels + last) * LANES, block,
                (plane * c->pieces + piece) * PARTIAL_ROWS * LANES};
}

// Item i of a pass over blocks first_block ..< last_block.
TESSERA_INLINE item numbered(const context *c, size_t i) {
  size_t blocks = c->last_block - c->first_block, plane = i / c->pieces;
  return item_at(c, plane / blocks, c->first_block + plane % blocks, i % c->pieces);
}

static void run_items(context *c, tessera_range body) {
  size_t size = c->d.pixels < PIECE ? c->d.pixels : PIECE, blocks = c->last_block - c->first_block;
  tessera_parallel(c->d.images * blocks * c->pieces, 1 + TESSERA_PIECE / (size * LANES), body, c);
}

// Adds up what the pieces left; few are not worth waking a thread for.
static void run_sums(context *c, tessera_range body) {
  tessera_parallel(c->last_block - c->first_block, 1 + 4096 / (c->d.images * c->pieces), body, c);
}

// Runs the passes on as many blocks at a time as stay in the last cache; on all where not even one would.
static void run_blocks(context *c, size_t maps, void (*passes)(context *)) {
  size_t bytes = c->d.images * c->d.pixels * LANES * element_bytes(c->d.precision);
  if (bytes == 0) return;
  size_t group = bytes * maps > 2 * KEPT ? c->blocks : KEPT / (bytes * maps) + 1;
  c->passes = passes_caches(c->d.images * c->blocks * c->d.pixels * LANES, c->d.precision);
  for (c->first_block = 0; c->first_block < c->blocks; c->first_block = c->last_block) {
    c->last_block = c->first_block + group < c->blocks ? c->first_block + group : c->blocks;
    passes(c);
  }
}

TESSERA_INLINE vector16 row(const context *c, size_t block, int which) {
  return load16(c->rows, (block * BLOCK_ROWS + which) * LANES, F32);
}

// ---- f'

TESSERA_INLINE vector16 pulled16(vector16 dy, vector16 v, int activation) {
  // As a product: a selection would become a masked load, which waits for v.
  if (activation == RELU) return dy * select16(v > 0, splat16(1), splat16(0));
  if (activation == HARD_SWISH)
    return select16(v <= -3, splat16(0), select16(v >= 3, dy, dy * ((2 * v + 3) * (1.0f / 6))));
  return dy;
}

// ---- Sums of one piece. Four sums run side by side: one alone would wait for each addition.

#define SIDE_BY_SIDE(t, ADD)                                \
  do {                                                      \
    size_t k = t.start;                                     \
    for (; k + 4 * LANES <= t.end; k += 4 * LANES)          \
      for (size_t j = 0; j < 4; j++) ADD(k + j * LANES, j); \
    for (; k < t.end; k += LANES) ADD(k, 0);                \
  } while (0)

TESSERA_INLINE vector16 sum4(const vector16 *s) { return (s[0] + s[1]) + (s[2] + s[3]); }

TESSERA_INLINE void measure(const context *c, size_t first, size_t last, int precision) {
  for (size_t i = first; i < last; i++) {
    item t = numbered(c, i);
    vector16 s[4] = {{0}}, q[4] = {{0}};
#define ADD(at, j) s[j] += load16(c->x, at, precision)
    SIDE_BY_SIDE(t, ADD);
#undef ADD
    vector16 estimate = sum4(s) / (float)((t.end - t.start) / LANES);
    for (size_t j = 0; j < 4; j++) s[j] = splat16(0);
#define ADD(at, j)                                       \
  do {                                                   \
    vector16 d = load16(c->x, at, precision) - estimate; \
    s[j] += d;                                           \
    q[j] += d * d;                                       \
  } while (0)
    SIDE_BY_SIDE(t, ADD);
#undef ADD
    float *partial = c->partials + t.partial;
    store16(partial, ESTIMATE * LANES, estimate, F32);
    store16(partial, SUM * LANES, sum4(s), F32);
    store16(partial, SQUARES * LANES, sum4(q), F32);
  }
}

TESSERA_INLINE void sum_gradients(const context *c, size_t first, size_t last, int precision, int activation) {
  for (size_t i = first; i < last; i++) {
    item t = numbered(c, i);
    vector16 mean = row(c, t.block, MEAN), factor = row(c, t.block, FACTOR), shift = row(c, t.block, SHIFT);
    vector16 s[4] = {{0}}, q[4] = {{0}};
#define ADD(at, j)                                                                       \
  do {                                                                                   \
    vector16 d = load16(c->x, at, precision) - mean;                                     \
    vector16 g = pulled16(load16(c->dy, at, precision), d * factor + shift, activation); \
    s[j] += g;                                                                           \
    q[j] += g * d;                                                                       \
  } while (0)
    SIDE_BY_SIDE(t, ADD);
#undef ADD
    float *partial = c->partials + t.partial;
    store16(partial, GRADIENT_SUM * LANES, sum4(s), F32);
    store16(partial, SLOPE_SUM * LANES, sum4(q), F32);
  }
}

// ---- The second pass

TESSERA_INLINE void normalize(const context *c, size_t first, size_t last, int precision, int activation) {
  for (size_t i = first; i < last; i++) {
    item t = numbered(c, i);
    vector16 mean = row(c, t.block, MEAN), factor = row(c, t.block, FACTOR), shift = row(c, t.block, SHIFT);
    for (size_t k = t.start; k < t.end; k += LANES) {
      vector16 v = (load16(c->x, k, precision) - mean) * factor + shift;
      put16(c->result, k, activated16(v, activation), precision, c->passes);
    }
  }
  settle_stores();
}

TESSERA_INLINE void pull_back(const context *c, size_t first, size_t last, int precision, int activation) {
  for (size_t i = first; i < last; i++) {
    item t = numbered(c, i);
    vector16 mean = row(c, t.block, MEAN), factor = row(c, t.block, FACTOR), shift = row(c, t.block, SHIFT);
    vector16 mean_gradient = row(c, t.block, MEAN_GRADIENT), slope_gradient = row(c, t.block, SLOPE_GRADIENT);
    for (size_t k = t.start; k < t.end; k += LANES) {
      vector16 d = load16(c->x, k, precision) - mean;
      vector16 g = pulled16(load16(c->dy, k, precision), d * factor + shift, activation);
      put16(c->result, k, factor * ((g - mean_gradient) - d * slope_gradient), precision, c->passes);
    }
  }
  settle_stores();
}

// A body for each precision, and in it for each f.
#define INSTANTIATE(body, precision, name)                                             \
  TESSERA_CLONES static void name(void *p, size_t first, size_t last) {                \
    context c = *(context *)p;                                                         \
    if (c.d.activation == RELU) body(&c, first, last, precision, RELU);                \
    else if (c.d.activation == HARD_SWISH) body(&c, first, last, precision, HARD_SWISH); \
    else body(&c, first, last, precision, NONE);                                       \
  }
TESSERA_CLONES static void measure_f32(void *c, size_t first, size_t last) { measure(c, first, last, F32); }
TESSERA_CLONES static void measure_bf16(void *c, size_t first, size_t last) { measure(c, first, last, BF16); }
INSTANTIATE(normalize, F32, normalize_f32)
INSTANTIATE(normalize, BF16, normalize_bf16)
INSTANTIATE(sum_gradients, F32, sum_gradients_f32)
INSTANTIATE(sum_gradients, BF16, sum_gradients_bf16)
INSTANTIATE(pull_back, F32, pull_back_f32)
INSTANTIATE(pull_back, BF16, pull_back_bf16)

// ---- Between the passes, block by block and in double precision; pieces are added in the order of the images.

// Source: Chan, Golub and LeVeque 1983 (doi:10.1080/00031305.1983.10483115), equation 2.1.
TESSERA_CLONES static void add_statistics(void *p, size_t first, size_t last) {
  const context *c = p;
  for (size_t b = c->first_block + first; b < c->first_block + last; b++) {
    double mean[LANES] = {0}, squares[LANES] = {0}, seen = 0;
    for (size_t i = 0; i < c->d.images * c->pieces; i++) {
      item t = item_at(c, i / c->pieces, b, i % c->pieces);
      const float *partial = c->partials + t.partial;
      double count = (double)((t.end - t.start) / LANES), share = count / (seen + count);
      for (size_t lane = 0; lane < LANES; lane++) {
        double sum = partial[SUM * LANES + lane];
        double delta = partial[ESTIMATE * LANES + lane] + sum / count - mean[lane];
        squares[lane] += partial[SQUARES * LANES + lane] - sum * sum / count + delta * delta * seen * share;
        mean[lane] += delta * share;
      }
      seen += count;
    }
    for (size_t lane = 0; lane < LANES && b * LANES + lane < c->d.channels; lane++) {
      c->mean[b * LANES + lane] = (float)mean[lane];
      c->variance[b * LANES + lane] = (float)(squares[lane] < 0 ? 0 : squares[lane] / seen);
    }
  }
}

static double slope(const context *c, size_t channel) { return 1 / sqrt((double)c->variance[channel] + c->d.epsilon); }

static void fill_rows(const context *c) {
  for (size_t channel = c->first_block * LANES; channel < c->last_block * LANES; channel++) {
    float *r = c->rows + channel / LANES * BLOCK_ROWS * LANES + channel % LANES;
    int pads = channel >= c->d.channels;
    r[MEAN * LANES] = pads ? 0 : c->mean[channel];
    r[FACTOR * LANES] = pads ? 0 : (float)(c->scale[channel] * slope(c, channel));
    r[SHIFT * LANES] = pads ? 0 : c->shift[channel];
    r[MEAN_GRADIENT * LANES] = r[SLOPE_GRADIENT * LANES] = 0;
  }
}

static void add_gradients(void *p, size_t first, size_t last) {
  const context *c = p;
  double count = (double)(c->d.images * c->d.pixels);
  for (size_t b = c->first_block + first; b < c->first_block + last; b++) {
    double sum[LANES] = {0}, slopes[LANES] = {0};
    for (size_t i = 0; i < c->d.images * c->pieces; i++) {
      const float *partial = c->partials + item_at(c, i / c->pieces, b, i % c->pieces).partial;
      for (size_t lane = 0; lane < LANES; lane++) {
        sum[lane] += partial[GRADIENT_SUM * LANES + lane];
        slopes[lane] += partial[SLOPE_SUM * LANES + lane];
      }
    }
    for (size_t lane = 0; lane < LANES && b * LANES + lane < c->d.channels; lane++) {
      size_t channel = b * LANES + lane;
      double by = slope(c, channel);
      c->dshift[channel] = (float)sum[lane];
      c->dscale[channel] = (float)(slopes[lane] * by);
      if (!c->d.training) continue;
      float *r = c->rows + b * BLOCK_ROWS * LANES + lane;
      r[MEAN_GRADIENT * LANES] = (float)(sum[lane] / count);
      r[SLOPE_GRADIENT * LANES] = (float)(slopes[lane] * by * by / count);
    }
  }
}

static void forward_passes(context *c) {
  if (c->d.training) {
    run_items(c, c->d.precision == F32 ? measure_f32 : measure_bf16);
    run_sums(c, add_statistics);
  }
  fill_rows(c);
  run_items(c, c->d.precision == F32 ? normalize_f32 : normalize_bf16);
}

static void backward_passes(context *c) {
  fill_rows(c);
  run_items(c, c->d.precision == F32 ? sum_gradients_f32 : sum_gradients_bf16);
  run_sums(c, add_gradients);
  run_items(c, c->d.precision == F32 ? pull_back_f32 : pull_back_bf16);
}

void tessera_block_normalize(const tessera_block_normalization *d, const void *x, const float *scale,
                             const float *shift, float *mean, float *variance, void *y, float *scratch) {
  context c = make_context(d, scratch);
  c.x = x, c.result = y, c.scale = scale, c.shift = shift, c.mean = mean, c.variance = variance;
  run_blocks(&c, 1, forward_passes);
}

void tessera_block_normalize_backward(const tessera_block_normalization *d, const void *x, const void *dy,
                                      const float *scale, const float *shift, const float *mean,
                                      const float *variance, void *dx, float *dscale, float *dshift, float *scratch) {
  context c = make_context(d, scratch);
  c.x = x, c.dy = dy, c.result = dx, c.scale = scale, c.shift = shift, c.dscale = dscale, c.dshift = dshift;
  c.mean = (float *)mean, c.variance = (float *)variance;
  run_blocks(&c, 2, backward_passes);
}
