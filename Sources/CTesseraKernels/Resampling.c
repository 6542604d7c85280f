// Bilinear resampling, `align_corners` false, of maps in blocks and in rows.
//
// Forward, a result reads two neighbours along each axis. Backward, it reads the outputs that it took part in, which
// are consecutive: gathering them needs no turns between threads, and sums have one order. So both directions are the
// same kernel with other taps.
#include "CTesseraKernels.h"
#include "Parallel.h"
#include "Vector16.h"

enum { LANES = 16 };
// Columns between a number that is read and one that is asked for.
enum { AHEAD = 24 };
// Rows of a result that one item of a map in rows makes.
enum { BAND = 64 };

// Along one axis: result i reads `length[i]` numbers from `first[i]` on, times weights[i · stride ...].
typedef struct {
  size_t count, other, stride;
  int32_t *first, *length;
  float *weights;
} taps;

typedef struct {
  taps rows, columns;
  size_t bands, line;  // of a plane; numbers of a line that is held between the axes
  const void *from;
  void *to;
  float *lines;  // two of each item
  int passes;    // the caches, as stores
} context;

static taps make_taps(size_t from, size_t to, int backward, float *memory) {
  taps t = {backward ? from : to, backward ? to : from, 2, NULL, NULL, NULL};
  // Outputs are from / to apart, and those that read an input lie less than 1 from it on either side.
  if (backward) t.stride = 2 * to / from + 1;
  t.first = (int32_t *)memory;
  t.length = t.first + t.count;
  t.weights = memory + 2 * t.count;
  return t;
}

static size_t taps_size(const taps *t) { return (2 + t->stride) * t->count; }

static void add_tap(taps *t, size_t i, size_t source, double weight) {
  if (weight == 0) return;
  if (t->length[i] == 0) t->first[i] = (int32_t)source;
  t->length[i] = (int32_t)source - t->first[i] + 1;
  t->weights[i * t->stride + source - (size_t)t->first[i]] += (float)weight;
}

static void fill_taps(taps *t, size_t from, size_t to, int backward) {
  memset(t->first, 0, taps_size(t) * sizeof(float));
  for (size_t i = 0; i < to; i++) {
    double position = ((double)i + 0.5) * (double)from / (double)to - 0.5;
    if (position < 0) position = 0;
    if (position > (double)(from - 1)) position = (double)(from - 1);
    size_t first = (size_t)position;
    double share = position - (double)first;
    add_tap(t, backward ? first : i, backward ? i : first, 1 - share);
    if (share > 0) add_tap(t, backward ? first + 1 : i, backward ? i : first + 1, share);
  }
}

static context make_context(const tessera_resampling_map *d, float *scratch) {
  context c = {.lines = NULL};
  c.rows = make_taps(d->height, d->new_height, d->backward, scratch);
  c.columns = make_taps(d->width, d->new_width, d->backward, scratch + taps_size(&c.rows));
  c.bands = (c.rows.count + BAND - 1) / BAND;
  c.line = c.columns.count > c.columns.other ? c.columns.count : c.columns.other;
  c.lines = scratch + taps_size(&c.rows) + taps_size(&c.columns);
  return c;
}

size_t tessera_resampling_scratch(const tessera_resampling_map *d) {
  context c = make_context(d, NULL);
  return taps_size(&c.rows) + taps_size(&c.columns) + (d->blocked ? 0 : 2 * d->planes * c.bands * c.line);
}

// ---- Blocks: item i is row i mod `rows.count` of plane i / `rows.count`; a plane is a block of one image.

// Two taps along each axis; where there is one, the second is the same place with weight 0.
TESSERA_INLINE void blend(const context *c, size_t first, size_t last, int precision) {
  taps rows = c->rows, columns = c->columns;
  for (size_t i = first; i < last; i++) {
    size_t r = i % rows.count, line = columns.other * LANES, to = i * columns.count * LANES;
    size_t top = (i / rows.count * rows.other + (size_t)rows.first[r]) * line;
    size_t bottom = top + (size_t)(rows.length[r] - 1) * line;
    float above = rows.weights[2 * r], below = rows.weights[2 * r + 1];
    for (size_t j = 0; j < columns.count; j++, to += LANES) {
      size_t left = (size_t)columns.first[j] * LANES, right = left + (size_t)(columns.length[j] - 1) * LANES;
      float w = columns.weights[2 * j], v = columns.weights[2 * j + 1];
      vector16 upper = load16(c->from, top + left, precision) * w + load16(c->from, top + right, precision) * v;
      vector16 lower = load16(c->from, bottom + left, precision) * w + load16(c->from, bottom + right, precision) * v;
      put16(c->to, to, upper * above + lower * below, precision, c->passes);
    }
  }
  settle_stores();
}

TESSERA_INLINE void gather(const context *c, size_t first, size_t last, int precision) {
  taps rows = c->rows, columns = c->columns;
  for (size_t i = first; i < last; i++) {
    size_t r = i % rows.count, line = columns.other * LANES, to = i * columns.count * LANES;
    size_t top = (i / rows.count * rows.other + (size_t)rows.first[r]) * line;
    size_t height = (size_t)rows.length[r];
    const float *down = rows.weights + r * rows.stride;
    for (size_t j = 0; j < columns.count; j++, to += LANES) {
      size_t corner = top + (size_t)columns.first[j] * LANES, width = (size_t)columns.length[j];
      const float *across = columns.weights + j * columns.stride;
      vector16 sum = splat16(0);
      for (size_t u = 0; u < height; u++) {
        vector16 part = splat16(0);
        // So many short runs side by side are not foreseen by the processor.
        for (size_t v = 0; v < 2; v++)
          __builtin_prefetch(element_at(c->from, corner + u * line + (AHEAD + v) * LANES, precision));
        for (size_t v = 0; v < width; v++)
          part += load16(c->from, corner + u * line + v * LANES, precision) * across[v];
        sum += part * down[u];
      }
      store16(c->to, to, sum, precision);
    }
  }
}

#define INSTANTIATE(body, precision, name)                              \
  TESSERA_CLONES static void name(void *p, size_t first, size_t last) { \
    context c = *(context *)p;                                          \
    body(&c, first, last, precision);                                   \
  }
INSTANTIATE(blend, F32, blend_f32)
INSTANTIATE(blend, BF16, blend_bf16)
INSTANTIATE(gather, F32, gather_f32)
INSTANTIATE(gather, BF16, gather_bf16)

// ---- Rows: item i is band i mod `bands` of plane i / `bands`. A loop along a row cannot use vectors where its taps
// lie anywhere, so that axis is done on the map that has fewer rows.

TESSERA_INLINE void across(const taps *t, float *to, const float *from) {
  for (size_t j = 0; j < t->count; j++) {
    const float *x = from + t->first[j], *w = t->weights + j * t->stride;
    // One sum alone would wait for each addition.
    float sum[4] = {0};
    int32_t v = 0;
    for (; v + 4 <= t->length[j]; v += 4)
      for (int k = 0; k < 4; k++) sum[k] += x[v + k] * w[v + k];
    for (; v < t->length[j]; v++) sum[0] += x[v] * w[v];
    to[j] = (sum[0] + sum[1]) + (sum[2] + sum[3]);
  }
}

TESSERA_INLINE void between(const context *c, float *to, const float *upper, float above, const float *lower,
                            float below) {
  size_t count = c->columns.count, j = 0;
  for (; j + LANES <= count; j += LANES)
    put16(to, j, load16(upper, j, F32) * above + load16(lower, j, F32) * below, F32, c->passes);
  if (j == count) return;
  vector16 end = load_some16(upper, j, count - j, F32) * above + load_some16(lower, j, count - j, F32) * below;
  store_some16(to, j, end, count - j, F32);
}

// At most two taps along the height; where there is one, the second is the same line with weight 0.
TESSERA_CLONES static void enlarge(void *p, size_t first, size_t last) {
  context c = *(context *)p;
  for (size_t i = first; i < last; i++) {
    size_t plane = i / c.bands, r = i % c.bands * BAND, end = r + BAND < c.rows.count ? r + BAND : c.rows.count;
    const float *from = (const float *)c.from + plane * c.rows.other * c.columns.other;
    float *lines = c.lines + 2 * i * c.line;
    int32_t held[2] = {-1, -1};  // rows that the lines are of
    for (; r < end; r++) {
      float *to = (float *)c.to + (plane * c.rows.count + r) * c.columns.count;
      int32_t taps = c.rows.length[r];
      float *line[2] = {NULL}, weights[2] = {0};
      for (int32_t u = 0; u < 2 && taps > 0; u++) {
        int32_t row = c.rows.first[r] + (u < taps ? u : 0);
        if (u < taps) weights[u] = c.rows.weights[r * c.rows.stride + (size_t)u];
        line[u] = lines + (size_t)(row & 1) * c.line;
        if (held[row & 1] != row) across(&c.columns, line[u], from + (size_t)row * c.columns.other);
        held[row & 1] = row;
      }
      if (taps > 0) between(&c, to, line[0], weights[0], line[1], weights[1]);
      else memset(to, 0, c.columns.count * sizeof *to);
    }
  }
  settle_stores();
}

TESSERA_CLONES static void reduce(void *p, size_t first, size_t last) {
  context c = *(context *)p;
  for (size_t i = first; i < last; i++) {
    size_t plane = i / c.bands, r = i % c.bands * BAND, end = r + BAND < c.rows.count ? r + BAND : c.rows.count;
    float *line = c.lines + 2 * i * c.line;
    for (; r < end; r++) {
      const float *from = (const float *)c.from + (plane * c.rows.other + (size_t)c.rows.first[r]) * c.columns.other;
      memset(line, 0, c.columns.other * sizeof *line);
      for (int32_t u = 0; u < c.rows.length[r]; u++, from += c.columns.other) {
        float weight = c.rows.weights[r * c.rows.stride + (size_t)u];
        for (size_t j = 0; j < c.columns.other; j++) line[j] += from[j] * weight;
      }
      across(&c.columns, (float *)c.to + (plane * c.rows.count + r) * c.columns.count, line);
    }
  }
}

void tessera_resample(const tessera_resampling_map *d, const void *from, void *to, float *scratch) {
  context c = make_context(d, scratch);
  fill_taps(&c.rows, d->height, d->new_height, d->backward);
  fill_taps(&c.columns, d->width, d->new_width, d->backward);
  c.from = from, c.to = to;
  if (d->blocked) {
    tessera_range f32 = d->backward ? gather_f32 : blend_f32, bf16 = d->backward ? gather_bf16 : blend_bf16;
    size_t grain = 1 + TESSERA_PIECE / (c.columns.count * LANES);
    c.passes = passes_caches(d->planes * c.rows.count * c.columns.count * LANES, d->precision);
    tessera_parallel(d->planes * c.rows.count, grain, d->precision == F32 ? f32 : bf16, &c);
  } else {
    size_t grain = 1 + TESSERA_PIECE / (c.line * BAND);
    // More than two taps would need more than two lines.
    int enlarges = c.rows.count > c.rows.other && c.rows.stride <= 2;
    c.passes = c.columns.count % LANES == 0 && passes_caches(d->planes * c.rows.count * c.columns.count, F32);
    tessera_parallel(d->planes * c.bands, grain, enlarges ? enlarge : reduce, &c);
  }
}
