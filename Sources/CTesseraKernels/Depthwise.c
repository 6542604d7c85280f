#include "Depthwise.h"

#include "CTesseraKernels.h"
#include "DepthwiseRows.h"
#include "Parallel.h"

// Forward and input gradient are the same sums: each row of the result is a sum over rows of the source, shifted and
// weighed. They differ in which rows meet which weights. With a stride, columns of the gradient that lie a stride apart
// meet the same weights: they are a phase. Forward there is one.
typedef struct {
  int64_t start, count;  // the first column of the result, and how many there are, a phase's number apart
  int64_t column;        // of the source, that the first tap of the first column meets; may lie before the map
  int64_t taps, packed;  // how many, and the first one's place in a packed row of the kernel
  int64_t form, width;   // of its tiles
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
  int64_t stride, pad, dilation, row_divisor;  // along the height; the last divides the two before it
  int64_t step, tap_step;                      // columns of the source between columns of a phase, and between taps
  int is_gradient, is_special, precision, activation;
  int passes;  // the caches, as stores
} pass;

// A row of the source, its first element, and the weights that it meets.
typedef struct {
  size_t x;
  const float *w;
} tap_row;

typedef struct {
  tap_row *taps;
  float *weights, *bias;
} worker;

enum { WIDEST = 12 };  // columns of a tile

// What a tile is; all are constants where it is inlined. 0 taps are any number, of any distance apart.
typedef struct {
  int taps, step, tap_step, precision;
} form;

// Adds what the taps of one row give to `width` columns; each number of the row is read once. `is_inside` promises that
// all of them lie on the map.
TESSERA_INLINE void add_row(int width, form o, int is_inside, const pass *p, const tap_row *r, const float *w,
                            int64_t column, vector16 *sum) {
  static const float zeros[16] __attribute__((aligned(64)));
  vector16 weight[5];
#pragma clang loop unroll(full)
  for (int k = 0; k < o.taps; k++) weight[k] = load16(w, (size_t)(k * 16), F32);
  const void *x = element_at(p->x, r->x + (size_t)(column * 16), o.precision);
#pragma clang loop unroll(full)
  for (int j = 0; j <= (width - 1) * o.step + (o.taps - 1) * o.tap_step; j++) {
    const void *at = element_at(x, (size_t)(j * 16), o.precision);
    if (!is_inside && (uint64_t)(column + j) >= (uint64_t)p->in_w) at = zeros;
    vector16 v = load16(at, 0, o.precision);
#pragma clang loop unroll(full)
    for (int k = 0; k < o.taps; k++) {
      int i = (j - k * o.tap_step) / o.step;
      if (i * o.step == j - k * o.tap_step && i >= 0 && i < width) sum[i] += weight[k] * v;
    }
  }
}

TESSERA_INLINE void add_rows(int width, form o, const pass *p, const worker *t, const phase *f, int64_t rows,
                             int64_t column, vector16 *sum) {
  const tap_row *end = t->taps + rows;
  size_t w = (size_t)(f->packed * 16);
  if (o.taps == 0) {
    form one = {1, 1, 1, o.precision};
    for (const tap_row *r = t->taps; r < end; r++)
      for (int64_t k = 0; k < f->taps; k++)
#pragma clang loop unroll(full)
        for (int i = 0; i < width; i++)
          add_row(1, one, 0, p, r, r->w + w + k * 16, column + k * p->tap_step + i * p->step, sum + i);
  } else if (column >= 0 && column + (width - 1) * o.step + (o.taps - 1) * o.tap_step < p->in_w) {
    for (const tap_row *r = t->taps; r < end; r++) add_row(width, o, 1, p, r, r->w + w, column, sum);
  } else {
    for (const tap_row *r = t->taps; r < end; r++) add_row(width, o, 0, p, r, r->w + w, column, sum);
  }
}

// `width` neighbouring columns of a phase, from the column `first`.
TESSERA_INLINE void tile(int width, form o, const pass *p, const worker *t, const phase *f, int64_t rows, int64_t first,
                         size_t y) {
  vector16 sum[WIDEST], bias = load16(t->bias, 0, F32);
#pragma clang loop unroll(full)
  for (int i = 0; i < width; i++) sum[i] = bias;
  add_rows(width, o, p, t, f, rows, f->column + first * p->step, sum);
  if (p->activation == TESSERA_RELU) {
#pragma clang loop unroll(full)
    for (int i = 0; i < width; i++) sum[i] = activated16(sum[i], TESSERA_RELU);
  } else if (p->activation == TESSERA_HARD_SWISH) {
#pragma clang loop unroll(full)
    for (int i = 0; i < width; i++) sum[i] = activated16(sum[i], TESSERA_HARD_SWISH);
  }
  size_t at = y + (size_t)(f->start + first * p->phase_count) * 16;
#pragma clang loop unroll(full)
  for (int i = 0; i < width; i++, at += (size_t)p->phase_count * 16) put16(p->y, at, sum[i], o.precision, p->passes);
}

// The columns of a phase in tiles of one width, the last of which may repeat some of the one before. `y` is the element
// where the row begins.
TESSERA_INLINE void phase_of_row(form o, const pass *p, const worker *t, const phase *f, int64_t rows, size_t y) {
  for (int64_t i = 0; i < f->count; i += f->width) {
    int64_t first = least(i, f->count - f->width);
    switch (f->width) {
      case 12: tile(12, o, p, t, f, rows, first, y); break;
      case 10: tile(10, o, p, t, f, rows, first, y); break;
      case 8: tile(8, o, p, t, f, rows, first, y); break;
      case 4: tile(4, o, p, t, f, rows, first, y); break;
      case 2: tile(2, o, p, t, f, rows, first, y); break;
      default: tile(1, o, p, t, f, rows, first, y);
    }
  }
}

TESSERA_INLINE void phase_of_any_row(form o, const pass *p, const worker *t, const phase *f, int64_t rows, size_t y) {
  for (int64_t i = 0; i < f->count; i += f->width) {
    int64_t first = least(i, f->count - f->width);
    if (f->width == 4)
      tile(4, o, p, t, f, rows, first, y);
    else
      tile(1, o, p, t, f, rows, first, y);
  }
}

// The width of tiles that repeats the fewest columns. Sums that are all in registers need AVX-512's.
static int64_t tile_width(const pass *p, int64_t count) {
  if (!p->is_special) return count >= 4 ? 4 : 1;
  static const int64_t wide[] = {12, 10, 8};
  int64_t best = 0, columns = 0;
  for (int i = 0; i < 3; i++) {
    int64_t covered = (count + wide[i] - 1) / wide[i] * wide[i];
    if (count >= wide[i] && (best == 0 || covered < columns)) {
      best = wide[i];
      columns = covered;
    }
  }
  return best > 0 ? best : count >= 4 ? 4 : count >= 2 ? 2 : 1;
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

// The rows of a plane of the source that row i of the result is a sum of.
TESSERA_INLINE int64_t collect_taps(const pass *p, const worker *t, int64_t plane, int64_t i) {
  int64_t u = 0, u_step = 1, row = i * p->stride - p->pad, row_step = p->dilation;
  if (p->is_gradient) {
    row = i + p->pad;
    while (u < p->kernel_h && row % p->stride != 0) u++, row -= p->dilation;
    row /= p->stride;
    u_step = p->stride / p->row_divisor;
    row_step = -p->dilation / p->row_divisor;
  }
  int64_t count = 0;
  for (; u < p->kernel_h; u += u_step, row += row_step)
    if (row >= 0 && row < p->in_h)
      t->taps[count++] =
          (tap_row){(size_t)((plane * p->in_h + row) * p->in_w * 16), t->weights + u * p->kernel_w * 16};
  return count;
}

static size_t worker_bytes(const pass *p, char *base, worker *t) {
  scratch_area a = {base, 0};
  t->taps = scratch_take(&a, (size_t)p->kernel_h * sizeof *t->taps);
  t->weights = scratch_take(&a, (size_t)(p->kernel_h * p->kernel_w * 16) * sizeof(float));
  t->bias = scratch_take(&a, 16 * sizeof(float));
  return a.bytes;
}

// Taps, step and distance of taps as the digits of a number.
static int64_t form_of(const pass *p, int64_t taps) {
  return p->step <= 2 && p->tap_step <= 2 ? taps * 100 + p->step * 10 + p->tap_step : 0;
}

// Whether `special_phase` has tiles of this form.
static int is_special(int64_t form) {
  static const int64_t forms[] = {111, 211, 311, 321, 511, 512, 521};
  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
    if (forms[i] == form) return 1;
  return 0;
}

TESSERA_INLINE void special_phase(int precision, const pass *p, const worker *t, const phase *f, int64_t rows,
                                  size_t y) {
  switch (f->form) {
    case 111: phase_of_row((form){1, 1, 1, precision}, p, t, f, rows, y); break;
    case 211: phase_of_row((form){2, 1, 1, precision}, p, t, f, rows, y); break;
    case 311: phase_of_row((form){3, 1, 1, precision}, p, t, f, rows, y); break;
    case 321: phase_of_row((form){3, 2, 1, precision}, p, t, f, rows, y); break;
    case 511: phase_of_row((form){5, 1, 1, precision}, p, t, f, rows, y); break;
    case 512: phase_of_row((form){5, 1, 2, precision}, p, t, f, rows, y); break;
    case 521: phase_of_row((form){5, 2, 1, precision}, p, t, f, rows, y); break;
  }
}

// Items are rows of the result.
TESSERA_INLINE void rows_of(const pass *p, size_t first, size_t last, int is_special, int precision) {
  worker t;
  worker_bytes(p, p->threads + tessera_thread() * p->thread_bytes, &t);
  int64_t plane = (int64_t)first / p->out_h, i = (int64_t)first % p->out_h;
  pack(p, &t, plane % p->blocks);
  for (size_t item = first; item < last; item++, i++) {
    if (i == p->out_h) {
      i = 0;
      plane++;
      pack(p, &t, plane % p->blocks);
    }
    int64_t rows = collect_taps(p, &t, plane, i);
    size_t y = item * (size_t)(p->out_w * 16);
    for (const phase *f = p->phases; f < p->phases + p->phase_count; f++) {
      if (is_special)
        special_phase(precision, p, &t, f, rows, y);
      else
        phase_of_any_row((form){0, 0, 0, precision}, p, &t, f, rows, y);
    }
  }
  if (p->passes) settle_stores();
}

#define ROWS(name, attributes, is_special, precision)                  \
  attributes static void name(void *context, size_t first, size_t last) { \
    const pass p = *(const pass *)context;                             \
    rows_of(&p, first, last, is_special, precision);                   \
  }

ROWS(special_rows_f32, TESSERA_AVX512, 1, F32)
ROWS(special_rows_bf16, TESSERA_AVX512, 1, BF16)
ROWS(rows_f32, TESSERA_CLONES, 0, F32)
ROWS(rows_bf16, TESSERA_CLONES, 0, BF16)

static int64_t common_divisor(int64_t a, int64_t b) { return b == 0 ? a : common_divisor(b, a % b); }

// Column j of the result is Σ w[v] · dy[(j + pad − v·dilation) / stride] over the v that divide; taps run backwards.
static void gradient_phases(const tessera_depthwise *d, const pass *p, phase *phases, int32_t *columns) {
  int64_t stride = d->stride_w, dilation = d->dilation_w;
  int64_t apart = stride / common_divisor(stride, dilation), packed = 0;
  for (int64_t j = 0; j < p->phase_count; j++) {
    int64_t v = 0, base = j + d->pad_w, end = least(apart, d->kernel_w);
    while (v < end && (base - v * dilation) % stride != 0) v++;
    int64_t taps = v < end ? (d->kernel_w - 1 - v) / apart + 1 : 0;
    for (int64_t k = 0; k < taps; k++) columns[packed + k] = (int32_t)(v + (taps - 1 - k) * apart);
    int64_t column = taps == 0 ? 0 : (base - (v + (taps - 1) * apart) * dilation) / stride;
    int64_t count = most(0, (p->out_w - j + stride - 1) / stride);
    phases[j] = (phase){j, count, column, taps, packed, form_of(p, taps), 0};
    packed += taps;
  }
}

static void forward_phase(const tessera_depthwise *d, const pass *p, phase *phases, int32_t *columns) {
  phases[0] = (phase){0, p->out_w, -d->pad_w, p->kernel_w, 0, form_of(p, p->kernel_w), 0};
  for (int64_t v = 0; v < p->kernel_w; v++) columns[v] = (int32_t)v;
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
  p.phase_count = is_gradient ? d->stride_w : 1;
  p.step = is_gradient ? 1 : d->stride_w;
  p.tap_step = is_gradient ? d->dilation_w / common_divisor(d->stride_w, d->dilation_w) : d->dilation_w;
  p.precision = d->precision;
  p.passes = passes_caches((size_t)(d->n * p.blocks * p.out_h * p.out_w * 16), d->precision);
  return p;
}

// Divides the scratch memory, or with none counts what it takes.
static size_t prepare(const tessera_depthwise *d, pass *p, void *scratch) {
  scratch_area a = {scratch, 0};
  phase *phases = scratch_take(&a, (size_t)p->phase_count * sizeof *phases);
  int32_t *columns = scratch_take(&a, (size_t)p->kernel_w * sizeof *columns);
  if (scratch) {
    (p->is_gradient ? gradient_phases : forward_phase)(d, p, phases, columns);
    p->is_special = __builtin_cpu_supports("x86-64-v4") ? 1 : 0;
    for (int64_t i = 0; i < p->phase_count; i++) p->is_special = p->is_special && is_special(phases[i].form);
    for (int64_t i = 0; i < p->phase_count; i++) phases[i].width = tile_width(p, phases[i].count);
  }
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
  static const tessera_range kernels[2][2] = {{rows_f32, rows_bf16}, {special_rows_f32, special_rows_bf16}};
  tessera_parallel((size_t)(d->n * p->blocks * p->out_h), 1 + GRAIN / (products + 1),
                   kernels[p->is_special][p->precision], p);
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
