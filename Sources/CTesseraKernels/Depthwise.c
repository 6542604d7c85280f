#include "Depthwise.h"

#include "CTesseraKernels.h"
#include "DepthwiseRows.h"
#include "Parallel.h"

// Forward and input gradient are the same sums: each row of the result is a sum over rows of the source, shifted and
// weighed. They differ in which rows meet which weights. With a stride, columns of the gradient that lie a stride apart
// meet the same weights: they are a phase. Forward there is one.
typedef struct {
  int64_t start, count;  // the first column of the result, and how many there are, a phase's number apart
  int64_t offset;        // of the first tap of the first column in a row of the source
  int64_t taps, column;  // how many, and the first one's place in `columns`
} phase;

typedef struct {
  const void *x;
  const float *w, *bias;
  void *y;
  const phase *phases;
  const int32_t *columns;  // which column of the kernel each packed one is
  char *threads;           // scratch of each
  size_t thread_bytes;
  int64_t channels, blocks, phase_count;
  int64_t in_h, in_w, out_h, out_w, kernel_h, kernel_w;
  int64_t stride, pad, dilation, row_divisor;  // along the height; the last divides the two beside it
  int64_t step, tap_step;         // pixels of a row between columns of a phase, and between taps
  int64_t width, left, capacity;  // of the window's rows
  int64_t widest;                 // tile that the registers hold
  int is_gradient, precision, activation;
} pass;

// A row of the source and the weights that it meets.
typedef struct {
  const float *x, *w;
} tap_row;

typedef struct {
  tap_row *taps;
  float *weights, *bias;
  window_rows rows;
} worker;

enum { WIDEST = 12 };  // columns of a tile

TESSERA_INLINE void add_taps(int width, int taps, int64_t step, int64_t tap_step, const float *x, const float *w,
                             vector16 *sum) {
#pragma clang loop unroll(full)
  for (int k = 0; k < taps; k++, x += tap_step * 16) {
    vector16 weight = load16(w, (size_t)(k * 16), F32);
#pragma clang loop unroll(full)
    for (int i = 0; i < width; i++) sum[i] += weight * load16(x, (size_t)(i * step * 16), F32);
  }
}

// `width` neighbouring columns of a phase, from the column `first`; `width` is a constant where this is inlined.
TESSERA_INLINE void tile(int width, int64_t step, const pass *p, const worker *t, const phase *f, int64_t taps,
                         int64_t first, size_t y) {
  vector16 sum[WIDEST], bias = load16(t->bias, 0, F32);
#pragma clang loop unroll(full)
  for (int i = 0; i < width; i++) sum[i] = bias;
  size_t offset = (size_t)(f->offset + first * step) * 16, column = (size_t)f->column * 16;
  for (const tap_row *r = t->taps; r < t->taps + taps; r++) {
    if (f->taps == 5)
      add_taps(width, 5, step, p->tap_step, r->x + offset, r->w + column, sum);
    else if (f->taps == 3)
      add_taps(width, 3, step, p->tap_step, r->x + offset, r->w + column, sum);
    else
      for (int64_t k = 0; k < f->taps; k++)
        add_taps(width, 1, step, p->tap_step, r->x + offset + k * p->tap_step * 16, r->w + column + k * 16, sum);
  }
  size_t at = y + (size_t)(f->start + first * p->phase_count) * 16, apart = (size_t)p->phase_count * 16;
  if (p->precision == F32) {
#pragma clang loop unroll(full)
    for (int i = 0; i < width; i++) store16(p->y, at + (size_t)i * apart, activated16(sum[i], p->activation), F32);
  } else {
#pragma clang loop unroll(full)
    for (int i = 0; i < width; i++) store16(p->y, at + (size_t)i * apart, activated16(sum[i], p->activation), BF16);
  }
}

// The columns of a phase in tiles that differ by one column at most. `y` is the element where the row begins.
TESSERA_INLINE void phase_of_row(int64_t step, const pass *p, const worker *t, const phase *f, int64_t taps, size_t y) {
  int64_t tiles = (f->count + p->widest - 1) / p->widest;
  if (tiles == 0) return;
  int64_t width = f->count / tiles, wider = f->count % tiles, first = 0;
  for (int64_t i = 0; i < tiles; i++) {
    int64_t columns = width + (i < wider ? 1 : 0);
#define TILE(COLUMNS) \
  case COLUMNS: tile(COLUMNS, step, p, t, f, taps, first, y); break;
    switch (columns) {
      TILE(1) TILE(2) TILE(3) TILE(4) TILE(5) TILE(6) TILE(7) TILE(8) TILE(9) TILE(10) TILE(11) TILE(12)
    }
#undef TILE
    first += columns;
  }
}

// The weights of a block as [kernel row, packed column, 16], zero in lanes that are no channel.
TESSERA_INLINE void pack(const pass *p, const worker *t, int64_t block) {
  int64_t taps = p->kernel_h * p->kernel_w, lanes = least(16, p->channels - block * 16);
  if (lanes < 16) memset(t->weights, 0, (size_t)(taps * 16) * sizeof(float));
  memset(t->bias, 0, 16 * sizeof(float));
  for (int64_t lane = 0; lane < lanes; lane++) {
    const float *w = p->w + (block * 16 + lane) * taps;
    float *packed = t->weights + lane;
    for (int64_t u = 0; u < p->kernel_h; u++, w += p->kernel_w)
      for (int64_t k = 0; k < p->kernel_w; k++, packed += 16) *packed = w[p->columns[k]];
    if (p->bias) t->bias[lane] = p->bias[block * 16 + lane];
  }
}

// The rows of the source that row i of the result is a sum of.
TESSERA_INLINE int64_t collect_taps(const pass *p, worker *t, int64_t i) {
  int64_t u = 0, u_step = 1, row = i * p->stride - p->pad, row_step = p->dilation;
  if (p->is_gradient) {
    int64_t divisor = p->row_divisor;
    row = i + p->pad;
    while (u < p->kernel_h && row % p->stride != 0) u++, row -= p->dilation;
    row /= p->stride;
    u_step = p->stride / divisor;
    row_step = -p->dilation / divisor;
  }
  int64_t count = 0, first = p->in_h, last = -1;
  for (; u < p->kernel_h; u += u_step, row += row_step) {
    if (row < 0 || row >= p->in_h) continue;
    first = least(first, row);
    last = most(last, row);
    t->taps[count++] = (tap_row){t->rows.slots[row], t->weights + u * p->kernel_w * 16};
  }
  window_rows_read(&t->rows, first, last);
  return count;
}

static size_t worker_bytes(const pass *p, char *base, worker *t) {
  scratch_area a = {base, 0};
  t->taps = scratch_take(&a, (size_t)p->kernel_h * sizeof *t->taps);
  t->weights = scratch_take(&a, (size_t)(p->kernel_h * p->kernel_w * 16) * sizeof(float));
  t->bias = scratch_take(&a, 16 * sizeof(float));
  float *pixels = scratch_take(&a, (size_t)(p->capacity * p->width * 16) * sizeof(float));
  float **slots = scratch_take(&a, (size_t)p->in_h * sizeof *slots);
  t->rows = (window_rows){pixels, slots, NULL, p->in_h, p->in_w, p->capacity, p->width, p->left, 0, p->precision};
  return a.bytes;
}

// Items are rows of the result.
TESSERA_CLONES static void rows(void *context, size_t first, size_t last) {
  const pass p = *(const pass *)context;
  worker t;
  worker_bytes(&p, p.threads + tessera_thread() * p.thread_bytes, &t);
  window_rows_clear(&t.rows);
  int64_t end = (int64_t)last;
  for (int64_t item = (int64_t)first; item < end;) {
    int64_t plane = item / p.out_h, stop = least(p.out_h, item % p.out_h + end - item);
    pack(&p, &t, plane % p.blocks);
    window_rows_begin(&t.rows, element_at(p.x, (size_t)(plane * p.in_h * p.in_w * 16), p.precision));
    for (int64_t i = item % p.out_h; i < stop; i++, item++) {
      int64_t taps = collect_taps(&p, &t, i);
      size_t y = (size_t)(item * p.out_w * 16);
      for (const phase *f = p.phases; f < p.phases + p.phase_count; f++) {
        if (p.step == 1)
          phase_of_row(1, &p, &t, f, taps, y);
        else if (p.step == 2)
          phase_of_row(2, &p, &t, f, taps, y);
        else
          phase_of_row(p.step, &p, &t, f, taps, y);
      }
    }
  }
}

static int64_t common_divisor(int64_t a, int64_t b) { return b == 0 ? a : common_divisor(b, a % b); }

// Column j of the result is Σ w[v] · dy[(j + pad − v·dilation) / stride] over the v that divide; taps run backwards.
static void gradient_phases(const tessera_depthwise *d, pass *p, phase *phases, int32_t *columns) {
  int64_t stride = d->stride_w, dilation = d->dilation_w;
  int64_t apart = stride / common_divisor(stride, dilation), packed = 0;
  for (int64_t j = 0; j < p->phase_count; j++) {
    int64_t v = 0, base = j + d->pad_w;
    while (v < least(apart, d->kernel_w) && (base - v * dilation) % stride != 0) v++;
    int64_t taps = v < least(apart, d->kernel_w) ? (d->kernel_w - 1 - v) / apart + 1 : 0;
    for (int64_t k = 0; k < taps; k++)
      if (columns) columns[packed + k] = (int32_t)(v + (taps - 1 - k) * apart);
    int64_t offset = taps == 0 ? 0 : (base - (v + (taps - 1) * apart) * dilation) / stride;
    phase f = {j, (p->out_w - j + stride - 1) / stride, offset, taps, packed};
    if (phases) phases[j] = f;
    p->left = most(p->left, -offset);
    if (taps > 0 && f.count > 0) p->width = most(p->width, offset + f.count + (taps - 1) * p->tap_step);
    packed += taps;
  }
  p->width += p->left;
  for (int64_t j = 0; phases && j < p->phase_count; j++) phases[j].offset += p->left;
}

static void forward_phase(const tessera_depthwise *d, pass *p, phase *phases, int32_t *columns) {
  p->left = d->pad_w;
  p->width = (p->out_w - 1) * p->step + (p->kernel_w - 1) * p->tap_step + 1;
  if (phases) phases[0] = (phase){0, p->out_w, 0, p->kernel_w, 0};
  for (int64_t v = 0; columns && v < p->kernel_w; v++) columns[v] = (int32_t)v;
}

static pass pass_of(const tessera_depthwise *d, int is_gradient) {
  pass p = {0};
  p.is_gradient = is_gradient;
  p.channels = d->channels;
  p.blocks = depthwise_blocks(d);
  p.in_h = is_gradient ? d->destination_h : d->source_h;
  p.in_w = is_gradient ? d->destination_w : d->source_w;
  p.out_h = is_gradient ? d->source_h : d->destination_h;
  p.out_w = is_gradient ? d->source_w : d->destination_w;
  p.kernel_h = d->kernel_h;
  p.kernel_w = d->kernel_w;
  p.stride = d->stride_h;
  p.pad = d->pad_h;
  p.dilation = d->dilation_h;
  p.row_divisor = common_divisor(d->stride_h, d->dilation_h);
  int64_t span = (p.kernel_h - 1) * p.dilation;
  p.capacity = least(p.in_h, (is_gradient ? span / p.stride : span) + 1);
  p.phase_count = is_gradient ? d->stride_w : 1;
  p.step = is_gradient ? 1 : d->stride_w;
  p.tap_step = is_gradient ? d->dilation_w / common_divisor(d->stride_w, d->dilation_w) : d->dilation_w;
  p.precision = d->precision;
  p.widest = __builtin_cpu_supports("avx512f") ? WIDEST : WIDEST / 2;
  return p;
}

// Divides the scratch memory, or with none counts what it takes.
static size_t prepare(const tessera_depthwise *d, pass *p, void *scratch) {
  scratch_area a = {scratch, 0};
  phase *phases = scratch_take(&a, (size_t)p->phase_count * sizeof *phases);
  int32_t *columns = scratch_take(&a, (size_t)p->kernel_w * sizeof *columns);
  (p->is_gradient ? gradient_phases : forward_phase)(d, p, phases, columns);
  p->phases = phases;
  p->columns = columns;
  worker unused;
  p->thread_bytes = worker_bytes(p, NULL, &unused);
  p->threads = scratch_take(&a, p->thread_bytes * (size_t)tessera_threads_get());
  return a.bytes;
}

size_t tessera_depthwise_scratch_bytes(const tessera_depthwise *d) {
  pass forward = pass_of(d, 0), gradient = pass_of(d, 1);
  size_t bytes = prepare(d, &forward, NULL), other = prepare(d, &gradient, NULL);
  bytes = other > bytes ? other : bytes;
  other = tessera_depthwise_weights_bytes(d);
  return other > bytes ? other : bytes;
}

static void run(const tessera_depthwise *d, pass *p, void *scratch) {
  enum { GRAIN = 16384 };  // products of a range
  prepare(d, p, scratch);
  size_t products = (size_t)(p->out_w * p->kernel_h * p->kernel_w);
  tessera_parallel((size_t)(d->n * p->blocks * p->out_h), 1 + GRAIN / (products + 1), rows, p);
}

void tessera_depthwise_forward(const tessera_depthwise *d, const void *x, const float *w, const float *bias,
                               int activation, void *y, void *scratch) {
  pass p = pass_of(d, 0);
  p.x = x;
  p.w = w;
  p.bias = bias;
  p.y = y;
  p.activation = activation;
  run(d, &p, scratch);
}

void tessera_depthwise_backward_data(const tessera_depthwise *d, const void *dy, const float *w, void *dx,
                                     void *scratch) {
  pass p = pass_of(d, 1);
  p.x = dy;
  p.w = w;
  p.y = dx;
  p.activation = TESSERA_NO_ACTIVATION;
  run(d, &p, scratch);
}
