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
  const float *zeros;  // a row
  char *threads;
  size_t thread_bytes;
  int64_t blocks, pieces;         // pieces of a plane
  int64_t width, capacity, taps;  // of the window's rows, and of the kernel
} weights_pass;

typedef struct {
  window_rows rows;
  const float **taps;  // the row that each kernel row meets
  float *buffer;       // of a row of dy
  const float *gradient;
} worker;

static size_t worker_bytes(const weights_pass *p, char *base, worker *t) {
  scratch_area a = {base, 0};
  float *pixels = scratch_take(&a, (size_t)(p->capacity * p->width * 16) * sizeof(float));
  float **slots = scratch_take(&a, (size_t)p->d.source_h * sizeof *slots);
  t->rows = (window_rows){pixels,      slots,    NULL,       p->d.source_h, p->d.source_w,
                          p->capacity, p->width, p->d.pad_w, 0,             p->d.precision};
  t->taps = scratch_take(&a, (size_t)p->d.kernel_h * sizeof *t->taps);
  t->buffer = scratch_take(&a, (size_t)(p->d.destination_w * 16) * sizeof(float));
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

// The row of dy that begins at an element, as f32.
TESSERA_INLINE const float *gradient_row(const weights_pass *p, worker *t, size_t at) {
  if (p->d.precision == F32) return (const float *)p->dy + at;
  size_t count = (size_t)p->d.destination_w * 16;
  for (size_t k = 0; k < count; k += 16) store16(t->buffer, k, load16(p->dy, at + k, BF16), F32);
  return t->buffer;
}

TESSERA_INLINE void read_taps(const weights_pass *p, worker *t, int64_t i) {
  int64_t row = i * p->d.stride_h - p->d.pad_h;
  window_rows_read(&t->rows, row, row + (int64_t)(p->d.kernel_h - 1) * p->d.dilation_h);
  for (int64_t u = 0; u < p->d.kernel_h; u++, row += p->d.dilation_h)
    t->taps[u] = row >= 0 && row < p->d.source_h ? t->rows.slots[row] : p->zeros;
}

// Items are pieces.
TESSERA_INLINE void pieces_of(const weights_pass *p, size_t first, size_t last, int is_wide) {
  const tessera_depthwise *d = &p->d;
  worker t;
  worker_bytes(p, p->threads + tessera_thread() * p->thread_bytes, &t);
  window_rows_clear(&t.rows);
  int form = d->stride_w * 10 + d->dilation_w;
  for (size_t item = first; item < last; item++) {
    int64_t plane = (int64_t)item / p->pieces, piece = (int64_t)item % p->pieces;
    float *sums = p->sums + (int64_t)item * p->taps * 16;
    memset(sums, 0, (size_t)p->taps * 16 * sizeof(float));
    window_rows_begin(&t.rows, element_at(p->x, (size_t)plane * d->source_h * d->source_w * 16, d->precision));
    int64_t end = d->destination_h * (piece + 1) / p->pieces, columns = d->destination_w;
    for (int64_t i = d->destination_h * piece / p->pieces; i < end; i++) {
      read_taps(p, &t, i);
      t.gradient = gradient_row(p, &t, (size_t)((plane * d->destination_h + i) * columns * 16));
      if (is_wide && form == 11)
        add_row(5, 1, 1, &t, columns, sums);
      else if (is_wide && form == 12)
        add_row(5, 1, 2, &t, columns, sums);
      else if (is_wide)
        add_row(5, 2, 1, &t, columns, sums);
      else
        add_row_of_any(d, &t, sums);
    }
  }
}

TESSERA_AVX512 static void wide_pieces(void *context, size_t first, size_t last) {
  const weights_pass p = *(const weights_pass *)context;
  pieces_of(&p, first, last, 1);
}

TESSERA_CLONES static void pieces(void *context, size_t first, size_t last) {
  const weights_pass p = *(const weights_pass *)context;
  pieces_of(&p, first, last, 0);
}

// Adds what `width` columns give to the nine sums of a 3×3 kernel; each number is read once, where it lies.
TESSERA_INLINE void add_columns(int width, int stride, int precision, int is_inside, const weights_pass *p,
                                const void *const *x, size_t dy, int64_t column, vector16 *sum) {
  vector16 g[4];
#pragma clang loop unroll(full)
  for (int i = 0; i < width; i++) g[i] = load16(p->dy, dy + (size_t)i * 16, precision);
#pragma clang loop unroll(full)
  for (int u = 0; u < 3; u++) {
#pragma clang loop unroll(full)
    for (int j = 0; j <= (width - 1) * stride + 2; j++) {
      const void *at = element_at(x[u], (size_t)((column + j) * 16), precision);
      if (!is_inside && (uint64_t)(column + j) >= (uint64_t)p->d.source_w) at = p->zeros;
      vector16 v = load16(at, 0, precision);
#pragma clang loop unroll(full)
      for (int k = 0; k < 3; k++) {
        int i = (j - k) / stride;
        if (i * stride == j - k && i >= 0 && i < width) sum[u * 3 + k] += g[i] * v;
      }
    }
  }
}

TESSERA_INLINE void small_pieces_of(const weights_pass *p, size_t first, size_t last, int stride, int precision) {
  const tessera_depthwise *d = &p->d;
  for (size_t item = first; item < last; item++) {
    int64_t plane = (int64_t)item / p->pieces, piece = (int64_t)item % p->pieces, columns = d->destination_w;
    vector16 sum[9] = {0};
    int64_t end = d->destination_h * (piece + 1) / p->pieces;
    for (int64_t i = d->destination_h * piece / p->pieces; i < end; i++) {
      const void *x[3];
      for (int64_t u = 0; u < 3; u++) {
        int64_t row = i * d->stride_h - d->pad_h + u * d->dilation_h;
        size_t at = (size_t)((plane * d->source_h + row) * d->source_w * 16);
        x[u] = row >= 0 && row < d->source_h ? element_at(p->x, at, precision) : p->zeros;
      }
      size_t dy = (size_t)((plane * d->destination_h + i) * columns * 16);
      for (int64_t j = 0; j < columns;) {
        int64_t column = j * stride - d->pad_w, width = columns - j >= 4 ? 4 : 1;
        int is_inside = column >= 0 && column + 3 * stride + 2 < d->source_w;
        if (width == 1)
          add_columns(1, stride, precision, 0, p, x, dy + (size_t)j * 16, column, sum);
        else if (is_inside)
          add_columns(4, stride, precision, 1, p, x, dy + (size_t)j * 16, column, sum);
        else
          add_columns(4, stride, precision, 0, p, x, dy + (size_t)j * 16, column, sum);
        j += width;
      }
    }
    for (size_t k = 0; k < 9; k++) store16(p->sums, (item * 9 + k) * 16, sum[k], F32);
  }
}

#define SMALL_PIECES(name, stride, precision)                                      \
  TESSERA_AVX512 static void name(void *context, size_t first, size_t last) {      \
    const weights_pass p = *(const weights_pass *)context;                         \
    small_pieces_of(&p, first, last, stride, precision);                           \
  }

SMALL_PIECES(small_pieces_f32, 1, F32)
SMALL_PIECES(small_pieces_bf16, 1, BF16)
SMALL_PIECES(small_strided_pieces_f32, 2, F32)
SMALL_PIECES(small_strided_pieces_bf16, 2, BF16)

// The registers of AVX-512 hold all sums of a small square kernel.
static tessera_range kernel_of(const tessera_depthwise *d) {
  static const tessera_range small[2][2] = {{small_pieces_f32, small_pieces_bf16},
                                            {small_strided_pieces_f32, small_strided_pieces_bf16}};
  if (d->kernel_h != d->kernel_w || !__builtin_cpu_supports("x86-64-v4")) return pieces;
  int form = d->kernel_w * 100 + d->stride_w * 10 + d->dilation_w;
  switch (form) {
    case 311: case 321: return small[d->stride_w - 1][d->precision];
    case 511: case 512: case 521: return wide_pieces;
    default: return pieces;
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
  scratch_area a = {scratch, 0};
  size_t zero_bytes = (size_t)(most(p->width, d->source_w) * 16) * sizeof(float);
  float *zeros = scratch_take(&a, zero_bytes);
  if (zeros) memset(zeros, 0, zero_bytes);
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
  tessera_parallel((size_t)(d->n * p.blocks * p.pieces), 1, kernel_of(d), &p);
  tessera_parallel((size_t)p.blocks, 8, reduce, &p);
}
