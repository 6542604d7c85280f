#include "CTesseraKernels.h"
#include "Depthwise.h"
#include "DepthwiseRows.h"
#include "Parallel.h"

// dw[u, v] = Σ dy[i, j] · x[i·stride − pad + u·dilation, j·stride − pad + v·dilation]. Pieces of some rows of one block
// and image are summed apart, in f32, and then together in a fixed order, in double precision.
typedef struct {
  tessera_depthwise d;
  const void *x, *dy;
  float *dw, *sums;  // sums: [image, block, piece, kernel row, kernel column, 16]
  const float *zeros;
  char *threads;
  size_t thread_bytes;
  int64_t blocks, pieces;         // pieces of a plane
  int64_t width, capacity, taps;  // of the window's rows, and of the kernel
  int is_wide;                    // 32 registers of 16 numbers
} weights_pass;

typedef struct {
  window_rows rows;
  const float **taps;  // the row that each kernel row meets
  float *gradient;     // the row of dy
} worker;

static size_t worker_bytes(const weights_pass *p, char *base, worker *t) {
  scratch_area a = {base, 0};
  float *pixels = scratch_take(&a, (size_t)(p->capacity * p->width * 16) * sizeof(float));
  float **slots = scratch_take(&a, (size_t)p->d.source_h * sizeof *slots);
  t->rows = (window_rows){pixels,      slots,    NULL,       p->d.source_h, p->d.source_w,
                          p->capacity, p->width, p->d.pad_w, 0,             p->d.precision};
  t->taps = scratch_take(&a, (size_t)p->d.kernel_h * sizeof *t->taps);
  t->gradient = scratch_take(&a, (size_t)(p->d.destination_w * 16) * sizeof(float));
  return a.bytes;
}

// All taps of a small square kernel at once, each in a register; all but the pointers are constants where this is
// inlined.
TESSERA_INLINE void add_row(int side, int64_t stride, int64_t dilation, const worker *t, int64_t columns, float *sums) {
  enum { MOST_SIDE = 5 };
  vector16 sum[MOST_SIDE * MOST_SIDE];
  const float *x[MOST_SIDE], *dy = t->gradient;
#pragma clang loop unroll(full)
  for (int u = 0; u < side; u++) x[u] = t->taps[u];
#pragma clang loop unroll(full)
  for (int k = 0; k < side * side; k++) sum[k] = load16(sums, (size_t)k * 16, F32);
  for (int64_t j = 0; j < columns; j++, dy += 16) {
    vector16 g = load16(dy, 0, F32);
#pragma clang loop unroll(full)
    for (int u = 0; u < side; u++) {
#pragma clang loop unroll(full)
      for (int v = 0; v < side; v++) sum[u * side + v] += g * load16(x[u], (size_t)(v * dilation * 16), F32);
      x[u] += stride * 16;
    }
  }
#pragma clang loop unroll(full)
  for (int k = 0; k < side * side; k++) store16(sums, (size_t)k * 16, sum[k], F32);
}

// Tap by tap.
TESSERA_INLINE void add_row_of_any(const tessera_depthwise *d, const worker *t, float *sums) {
  int64_t columns = d->destination_w, step = (int64_t)d->stride_w * 16;
  for (int64_t u = 0; u < d->kernel_h; u++)
    for (int64_t v = 0; v < d->kernel_w; v++, sums += 16) {
      const float *x = t->taps[u] + v * d->dilation_w * 16, *dy = t->gradient;
      vector16 a = splat16(0), b = a, c = a, e = a;
      int64_t j = 0;
      for (; j + 4 <= columns; j += 4, x += 4 * step, dy += 64) {
        a += load16(dy, 0, F32) * load16(x, 0, F32);
        b += load16(dy, 16, F32) * load16(x + step, 0, F32);
        c += load16(dy, 32, F32) * load16(x + 2 * step, 0, F32);
        e += load16(dy, 48, F32) * load16(x + 3 * step, 0, F32);
      }
      for (; j < columns; j++, x += step, dy += 16) a += load16(dy, 0, F32) * load16(x, 0, F32);
      store16(sums, 0, load16(sums, 0, F32) + ((a + b) + (c + e)), F32);
    }
}

TESSERA_INLINE void read_gradient(const weights_pass *p, worker *t, size_t at) {
  for (size_t k = 0; k < (size_t)p->d.destination_w * 16; k += 16)
    store16(t->gradient, k, load16(p->dy, at + k, p->d.precision), F32);
}

TESSERA_INLINE void read_taps(const weights_pass *p, worker *t, int64_t i) {
  int64_t row = i * p->d.stride_h - p->d.pad_h;
  window_rows_read(&t->rows, row, row + (int64_t)(p->d.kernel_h - 1) * p->d.dilation_h);
  for (int64_t u = 0; u < p->d.kernel_h; u++, row += p->d.dilation_h)
    t->taps[u] = row >= 0 && row < p->d.source_h ? t->rows.slots[row] : p->zeros;
}

TESSERA_CLONES static void pieces(void *context, size_t first, size_t last) {
  const weights_pass p = *(const weights_pass *)context;
  const tessera_depthwise *d = &p.d;
  worker t;
  worker_bytes(&p, p.threads + tessera_thread() * p.thread_bytes, &t);
  window_rows_clear(&t.rows);
  int is_square = d->kernel_h == d->kernel_w && p.is_wide;
  int form = is_square ? d->kernel_w * 100 + d->stride_w * 10 + d->dilation_w : 0;
  if (d->stride_w > 2 || d->dilation_w > 2) form = 0;
  for (size_t item = first; item < last; item++) {
    int64_t plane = (int64_t)item / p.pieces, piece = (int64_t)item % p.pieces;
    float *sums = p.sums + (int64_t)item * p.taps * 16;
    memset(sums, 0, (size_t)p.taps * 16 * sizeof(float));
    window_rows_begin(&t.rows, element_at(p.x, (size_t)plane * d->source_h * d->source_w * 16, d->precision));
    int64_t end = d->destination_h * (piece + 1) / p.pieces, columns = d->destination_w;
    for (int64_t i = d->destination_h * piece / p.pieces; i < end; i++) {
      read_taps(&p, &t, i);
      read_gradient(&p, &t, (size_t)((plane * d->destination_h + i) * columns * 16));
      switch (form) {
        case 311: add_row(3, 1, 1, &t, columns, sums); break;
        case 312: add_row(3, 1, 2, &t, columns, sums); break;
        case 321: add_row(3, 2, 1, &t, columns, sums); break;
        case 511: add_row(5, 1, 1, &t, columns, sums); break;
        case 512: add_row(5, 1, 2, &t, columns, sums); break;
        case 521: add_row(5, 2, 1, &t, columns, sums); break;
        default: add_row_of_any(d, &t, sums);
      }
    }
  }
}

// Items are blocks.
TESSERA_CLONES static void reduce(void *context, size_t first, size_t last) {
  const weights_pass p = *(const weights_pass *)context;
  for (size_t block = first; block < last; block++)
    for (int64_t tap = 0; tap < p.taps; tap++) {
      double sum[16] = {0};
      for (int64_t image = 0; image < p.d.n; image++)
        for (int64_t piece = 0; piece < p.pieces; piece++) {
          int64_t item = (image * p.blocks + (int64_t)block) * p.pieces + piece;
          for (int lane = 0; lane < 16; lane++) sum[lane] += p.sums[(item * p.taps + tap) * 16 + lane];
        }
      int64_t lanes = least(16, p.d.channels - (int64_t)block * 16);
      for (int64_t lane = 0; lane < lanes; lane++)
        p.dw[((int64_t)block * 16 + lane) * p.taps + tap] = (float)sum[lane];
    }
}

// Divides the scratch memory, or with none counts what it takes.
static size_t prepare(const tessera_depthwise *d, weights_pass *p, void *scratch) {
  enum { PIXELS = 4096 };  // of a piece
  p->d = *d;
  p->blocks = depthwise_blocks(d);
  p->taps = (int64_t)d->kernel_h * d->kernel_w;
  p->pieces = most(1, least(d->destination_h, ((int64_t)d->destination_h * d->destination_w + PIXELS - 1) / PIXELS));
  p->width = (int64_t)(d->destination_w - 1) * d->stride_w + (int64_t)(d->kernel_w - 1) * d->dilation_w + 1;
  p->capacity = least(d->source_h, (int64_t)(d->kernel_h - 1) * d->dilation_h + 1);
  p->is_wide = __builtin_cpu_supports("avx512f") ? 1 : 0;
  scratch_area a = {scratch, 0};
  float *zeros = scratch_take(&a, (size_t)(p->width * 16) * sizeof(float));
  if (zeros) memset(zeros, 0, (size_t)(p->width * 16) * sizeof(float));
  p->zeros = zeros;
  p->sums = scratch_take(&a, (size_t)(d->n * p->blocks * p->pieces * p->taps * 16) * sizeof(float));
  worker unused;
  p->thread_bytes = worker_bytes(p, NULL, &unused);
  p->threads = scratch_take(&a, p->thread_bytes * (size_t)tessera_threads_get());
  return a.bytes;
}

size_t tessera_depthwise_weights_bytes(const tessera_depthwise *d) {
  weights_pass p = {0};
  return prepare(d, &p, NULL);
}

void tessera_depthwise_backward_weights(const tessera_depthwise *d, const void *x, const void *dy, float *dw,
                                        void *scratch) {
  weights_pass p = {0};
  prepare(d, &p, scratch);
  p.x = x;
  p.dy = dy;
  p.dw = dw;
  tessera_parallel((size_t)(d->n * p.blocks * p.pieces), 1, pieces, &p);
  tessera_parallel((size_t)p.blocks, 8, reduce, &p);
}
