// dw = Gᵀ (Σ_tiles (Bᵀ x B) ⊗ (A dy Aᵀ)) G: the transpose of Winograd's convolution in its weights.
//
// Every thread sums over tiles of its own, so the last bits follow from the number of threads.
#include "Winograd.h"

// Channels that a sum takes at a time, and tiles that are transformed together: fewer read and write the sums more
// often, more no longer fit the cache.
enum { CHANNELS = 8, GROUP = 64 };

typedef struct {
  winograd_map x, dy;
  float *sums;  // of each thread, in the form of transformed weights
  float *scratch, *dw;
  size_t c, k, scratch_floats, threads;
} job;

TESSERA_INLINE void read_gradient(const winograd_map *m, winograd_place at, size_t block, float *g, size_t stride,
                                  int precision) {
  size_t h = m->h, w = m->w, top = at.y * WINOGRAD_SIDE, left = at.x * WINOGRAD_SIDE, plane;
  const void *dy = winograd_plane(m, at.image, block, &plane);
  size_t rows = h - top < 4 ? h - top : 4, cols = w - left < 4 ? w - left : 4;
  size_t first = plane + (top * w + left) * 16;
  for (size_t row = 0; row < 4; row++)
    for (size_t col = 4; col < 8; col++)
      __builtin_prefetch(element_at(dy, first + (row * w + col) * 16, precision), 0, 3);
  for (int p = 0; p < WINOGRAD_POINTS; p++) __builtin_prefetch(g + (size_t)p * stride + m->blocks * 16, 1, 3);
  vector16 t[6][4];
  for (size_t col = 0; col < 4; col++) {
    vector16 o[4], r[6];
    for (size_t row = 0; row < 4; row++)
      o[row] = row < rows && col < cols ? load16(dy, first + (row * w + col) * 16, precision) : splat16(0);
    winograd_output_transposed(o, r);
    for (size_t row = 0; row < 6; row++) t[row][col] = r[row];
  }
  for (size_t row = 0; row < 6; row++) {
    vector16 r[6];
    winograd_output_transposed(t[row], r);
    for (size_t col = 0; col < 6; col++) store16(g + (row * 6 + col) * stride, 0, r[col], F32);
  }
}

// sums[i][0 ..< 16 · vectors] += Σ_t v[t][i] · g[t][0 ..< 16 · vectors] for CHANNELS channels i; the first time =.
TESSERA_INLINE void accumulate(const float *v, size_t c, const float *g, size_t k, size_t tiles, float *sums,
                               int is_first, const size_t vectors) {
  vector16 sum[CHANNELS][2];
  for (size_t i = 0; i < CHANNELS; i++)
    for (size_t b = 0; b < vectors; b++)
      sum[i][b] = is_first ? splat16(0) : load16(sums, (i * vectors + b) * 16, F32);
  for (size_t t = 0; t < tiles; t++) {
    vector16 y[2];
    for (size_t b = 0; b < vectors; b++) y[b] = load16(g + t * k, b * 16, F32);
#pragma clang loop unroll(full)
    for (size_t i = 0; i < CHANNELS; i++) {
      vector16 a = splat16(v[t * c + i]);
      for (size_t b = 0; b < vectors; b++) sum[i][b] += a * y[b];
    }
  }
  for (size_t i = 0; i < CHANNELS; i++)
    for (size_t b = 0; b < vectors; b++) store16(sums, (i * vectors + b) * 16, sum[i][b], F32);
}

TESSERA_INLINE void sum_tiles(const job *j, size_t thread, int precision) {
  size_t c = j->x.blocks * 16, k = j->dy.blocks * 16;
  size_t v_stride = winograd_point_stride(GROUP * c), g_stride = winograd_point_stride(GROUP * k);
  float *v = j->scratch + thread * j->scratch_floats, *g = v + WINOGRAD_POINTS * v_stride;
  size_t sum_stride = winograd_point_stride(c * k);
  float *sums = j->sums + thread * WINOGRAD_POINTS * sum_stride;
  size_t begin = j->x.tiles * thread / j->threads, end = j->x.tiles * (thread + 1) / j->threads;
  // A map with fewer tiles than threads leaves some without any.
  if (begin == end) memset(sums, 0, WINOGRAD_POINTS * sum_stride * sizeof(float));
  for (size_t first = begin; first < end; first += GROUP) {
    int is_first = first == begin;
    size_t count = end - first < GROUP ? end - first : GROUP;
    for (size_t block = 0; block < j->x.blocks; block++)
      for (size_t t = 0; t < count; t++)
        winograd_read_input(&j->x, winograd_place_of(&j->x, first + t), block, v + t * c + block * 16, v_stride,
                            precision);
    for (size_t block = 0; block < j->dy.blocks; block++)
      for (size_t t = 0; t < count; t++)
        read_gradient(&j->dy, winograd_place_of(&j->x, first + t), block, g + t * k + block * 16, g_stride, precision);
    for (size_t p = 0; p < WINOGRAD_POINTS; p++)
      for (size_t block = 0; block < j->dy.blocks; block += 2) {
        float *sum = sums + p * sum_stride + block * 16 * c;
        const float *from = v + p * v_stride, *with = g + p * g_stride + block * 16;
        for (size_t i = 0; i < c; i += CHANNELS) {
          if (block + 1 < j->dy.blocks)
            accumulate(from + i, c, with, k, count, sum + i * 32, is_first, 2);
          else
            accumulate(from + i, c, with, k, count, sum + i * 16, is_first, 1);
        }
      }
  }
}

TESSERA_CLONES static void sum_tiles_f32(void *context, size_t first, size_t last) {
  for (size_t thread = first; thread < last; thread++) sum_tiles(context, thread, F32);
}
TESSERA_CLONES static void sum_tiles_bf16(void *context, size_t first, size_t last) {
  for (size_t thread = first; thread < last; thread++) sum_tiles(context, thread, BF16);
}

// Gᵀ u G of one input channel and a block of output channels.
TESSERA_INLINE void transform_sums(const job *j, size_t block, size_t i) {
  size_t c = j->x.blocks * 16, k = j->dy.blocks * 16, width = block / 2 * 32 + 32 <= k ? 32 : 16;
  size_t stride = winograd_point_stride(c * k);
  size_t at = block / 2 * 32 * c + i * width + block % 2 * 16;
  vector16 t[3][6];
  for (size_t col = 0; col < 6; col++) {
    vector16 u[6], g[3];
    for (size_t row = 0; row < 6; row++) {
      u[row] = splat16(0);
      for (size_t thread = 0; thread < j->threads; thread++)
        u[row] += load16(j->sums, (thread * WINOGRAD_POINTS + row * 6 + col) * stride + at, F32);
    }
    winograd_kernel_transposed(u, g);
    for (size_t row = 0; row < 3; row++) t[row][col] = g[row];
  }
  for (size_t row = 0; row < 3; row++) {
    vector16 g[3];
    winograd_kernel_transposed(t[row], g);
    for (size_t col = 0; col < 3; col++)
      for (size_t o = 0; o < 16 && block * 16 + o < j->k; o++)
        j->dw[((block * 16 + o) * j->c + i) * 9 + row * 3 + col] = g[col][o];
  }
}

TESSERA_CLONES static void transform_sums_body(void *context, size_t first, size_t last) {
  const job *j = context;
  for (size_t block = first; block < last; block++)
    for (size_t i = 0; i < j->c; i++) transform_sums(j, block, i);
}

static size_t thread_floats(size_t c, size_t k) {
  return WINOGRAD_POINTS * (winograd_point_stride(GROUP * c) + winograd_point_stride(GROUP * k));
}

size_t tessera_winograd_gradient_scratch_count(const tessera_winograd *d) {
  size_t c = winograd_round_up(d->c, 16), k = winograd_round_up(d->k, 16);
  size_t sums = WINOGRAD_POINTS * winograd_point_stride(c * k);
  return (size_t)tessera_threads_get() * (sums + thread_floats(c, k));
}

void tessera_winograd_gradient(const tessera_winograd *d, tessera_channel_parts x, const void *dy, float *dw,
                               float *scratch) {
  // The parts of a map that is only read are those of one that is written: the type serves both.
  tessera_channel_parts whole = {(void *)dy, NULL, SIZE_MAX};
  job j = {.x = winograd_map_of(d, d->c, x), .dy = winograd_map_of(d, d->k, whole), .sums = scratch, .dw = dw};
  j.c = d->c;
  j.k = d->k;
  j.threads = (size_t)tessera_threads_get();
  size_t c = j.x.blocks * 16, k = j.dy.blocks * 16;
  j.scratch = scratch + j.threads * WINOGRAD_POINTS * winograd_point_stride(c * k);
  j.scratch_floats = thread_floats(c, k);
  tessera_parallel(j.threads, 1, d->precision == F32 ? sum_tiles_f32 : sum_tiles_bf16, &j);
  tessera_parallel(j.dy.blocks, 1, transform_sums_body, &j);
}
