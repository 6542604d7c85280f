// y = w ∗ x for 3×3 kernels with stride 1 and padding 1, by F(4×4, 3×3).
//
// A thread takes some tiles at a time through all three stages, so that their points never leave its cache: a library
// that transforms whole maps first reads and writes 36 / 16 of each map twice more.
#include "Winograd.h"

// Tiles that a product takes at a time: 14 × 2 sums and their operands fill the 32 registers of AVX-512. And those that
// go through the stages together: fewer read the weights more often, more no longer fit the cache; from 28 to 112 the
// time differs by a twentieth.
enum { ROWS = 14, GROUP = 4 * ROWS };

typedef struct {
  winograd_map in, out;
  const float *u, *bias;
  int activation;
  size_t out_channels;
  float *scratch;
  size_t scratch_floats, threads;  // floats of one thread
  size_t *next;                    // the group that nobody has taken yet
} job;

// m[t][0 ..< 16 · vectors] = Σ_c v[t][c] · u[c][0 ..< 16 · vectors] for ROWS tiles.
TESSERA_INLINE void multiply(const float *v, size_t c, const float *u, float *m, const size_t vectors) {
  vector16 sum[ROWS][2];
  for (size_t t = 0; t < ROWS; t++)
    for (size_t k = 0; k < vectors; k++) sum[t][k] = splat16(0);
  for (size_t i = 0; i < c; i++) {
    vector16 b[2];
    for (size_t k = 0; k < vectors; k++) b[k] = load16(u, (i * vectors + k) * 16, F32);
#pragma clang loop unroll(full)
    for (size_t t = 0; t < ROWS; t++) {
      vector16 a = splat16(v[t * c + i]);
      for (size_t k = 0; k < vectors; k++) sum[t][k] += a * b[k];
    }
  }
  for (size_t t = 0; t < ROWS; t++)
    for (size_t k = 0; k < vectors; k++) store16(m, t * 32 + k * 16, sum[t][k], F32);
}

TESSERA_INLINE vector16 bias_of(const job *j, size_t block) {
  float b[16] = {0};
  for (size_t i = 0; j->bias && i < 16 && block * 16 + i < j->out_channels; i++) b[i] = j->bias[block * 16 + i];
  return load16(b, 0, F32);
}

TESSERA_INLINE void write_output(const job *j, winograd_place at, size_t block, const float *m, size_t stride,
                                 int precision) {
  size_t h = j->out.h, w = j->out.w, top = at.y * WINOGRAD_SIDE, left = at.x * WINOGRAD_SIDE, plane;
  void *y = winograd_plane(&j->out, at.image, block, &plane);
  size_t first = plane + (top * w + left) * 16;
  for (size_t row = 0; row < 4; row++)
    for (size_t col = 4; col < 8; col++)
      __builtin_prefetch(element_at(y, first + (row * w + col) * 16, precision), 1, 3);
  vector16 t[4][6], bias = bias_of(j, block);
  for (size_t col = 0; col < 6; col++) {
    vector16 s[6], o[4];
    for (size_t row = 0; row < 6; row++) s[row] = load16(m + (row * 6 + col) * stride, 0, F32);
    winograd_output(s, o);
    for (size_t row = 0; row < 4; row++) t[row][col] = o[row];
  }
  size_t rows = h - top < 4 ? h - top : 4, cols = w - left < 4 ? w - left : 4;
  for (size_t row = 0; row < rows; row++) {
    vector16 o[4];
    winograd_output(t[row], o);
    for (size_t col = 0; col < cols; col++)
      store16(y, first + (row * w + col) * 16, activated16(o[col] + bias, j->activation), precision);
  }
}

TESSERA_INLINE void convolve(const job *j, size_t thread, int precision) {
  size_t c = j->in.blocks * 16, k = j->out.blocks * 16, tiles = j->in.tiles;
  size_t v_stride = winograd_point_stride(GROUP * c), m_stride = winograd_point_stride(GROUP * 32);
  float *v = j->scratch + thread * j->scratch_floats, *m = v + WINOGRAD_POINTS * v_stride;
  size_t u_stride = winograd_point_stride(c * k), groups = (tiles + GROUP - 1) / GROUP;
  // Whoever is ready takes the next group: a thread that something else holds up leaves more to the others.
  for (size_t g; (g = __atomic_fetch_add(j->next, 1, __ATOMIC_RELAXED)) < groups;) {
    size_t first = g * GROUP, count = tiles - first < GROUP ? tiles - first : GROUP;
    size_t rows = winograd_round_up(count, ROWS);
    for (size_t block = 0; block < j->in.blocks; block++)
      for (size_t t = 0; t < count; t++)
        winograd_read_input(&j->in, winograd_place_of(&j->in, first + t), block, v + t * c + block * 16, v_stride,
                            precision);
    for (size_t p = 0; p < WINOGRAD_POINTS && rows > count; p++)
      memset(v + p * v_stride + count * c, 0, (rows - count) * c * sizeof(float));
    for (size_t block = 0; block < j->out.blocks; block += 2) {
      size_t vectors = block + 1 < j->out.blocks ? 2 : 1;
      for (size_t p = 0; p < WINOGRAD_POINTS; p++) {
        const float *u = j->u + p * u_stride + block * 16 * c;
        for (size_t t = 0; t < rows; t += ROWS) {
          const float *from = v + p * v_stride + t * c;
          float *to = m + p * m_stride + t * 32;
          if (vectors == 2)
            multiply(from, c, u, to, 2);
          else
            multiply(from, c, u, to, 1);
        }
      }
      for (size_t b = 0; b < vectors; b++)
        for (size_t t = 0; t < count; t++)
          write_output(j, winograd_place_of(&j->in, first + t), block + b, m + t * 32 + b * 16, m_stride, precision);
    }
  }
}

TESSERA_CLONES static void convolve_f32(void *context, size_t first, size_t last) {
  for (size_t thread = first; thread < last; thread++) convolve(context, thread, F32);
}
TESSERA_CLONES static void convolve_bf16(void *context, size_t first, size_t last) {
  for (size_t thread = first; thread < last; thread++) convolve(context, thread, BF16);
}

// ---- Weights: at each point, for each pair of output blocks, [c][32] of G g Gᵀ; a last single block is [c][16].

typedef struct {
  const float *w;
  float *u;
  size_t in, out;
  int transposes;
} weights_job;

// The kernel from channel i to the 16 outputs of a block.
TESSERA_INLINE void read_kernels(const weights_job *j, size_t block, size_t i, float g[9][16]) {
  memset(g, 0, 9 * 16 * sizeof(float));
  for (size_t o = 0; o < 16 && block * 16 + o < j->out && i < j->in; o++) {
    size_t channel = block * 16 + o;
    const float *w = j->w + (j->transposes ? i * j->out + channel : channel * j->in + i) * 9;
    for (size_t r = 0; r < 9; r++) g[r][o] = w[j->transposes ? 8 - r : r];
  }
}

TESSERA_INLINE void transform_weights(const weights_job *j, size_t block) {
  size_t in = winograd_round_up(j->in, 16), out = winograd_round_up(j->out, 16);
  size_t pair = block / 2, width = pair * 32 + 32 <= out ? 32 : 16;
  for (size_t i = 0; i < in; i++) {
    float g[9][16];
    read_kernels(j, block, i, g);
    vector16 t[6][3];
    for (size_t col = 0; col < 3; col++) {
      vector16 s[3] = {load16(g[col], 0, F32), load16(g[3 + col], 0, F32), load16(g[6 + col], 0, F32)}, u[6];
      winograd_kernel(s, u);
      for (size_t row = 0; row < 6; row++) t[row][col] = u[row];
    }
    for (size_t row = 0; row < 6; row++) {
      vector16 u[6];
      winograd_kernel(t[row], u);
      size_t place = pair * 32 * in + i * width + block % 2 * 16;
      for (size_t col = 0; col < 6; col++)
        store16(j->u, (row * 6 + col) * winograd_point_stride(in * out) + place, u[col], F32);
    }
  }
}

TESSERA_CLONES static void transform_weights_body(void *context, size_t first, size_t last) {
  for (size_t block = first; block < last; block++) transform_weights(context, block);
}

size_t tessera_winograd_weight_count(size_t c, size_t k) {
  return WINOGRAD_POINTS * winograd_point_stride(winograd_round_up(c, 16) * winograd_round_up(k, 16));
}

void tessera_winograd_weights(size_t c, size_t k, const float *w, int transposes, float *u) {
  weights_job j = {w, u, transposes ? k : c, transposes ? c : k, transposes};
  tessera_parallel(winograd_round_up(j.out, 16) / 16, 1, transform_weights_body, &j);
}

// ---- Entry

static size_t thread_floats(size_t channels) {
  return WINOGRAD_POINTS * (winograd_point_stride(GROUP * channels) + winograd_point_stride(GROUP * 32));
}

size_t tessera_winograd_scratch_count(const tessera_winograd *d) {
  return (size_t)tessera_threads_get() * thread_floats(winograd_round_up(d->c, 16));
}

void tessera_winograd_convolve(const tessera_winograd *d, tessera_channel_parts x, const float *u, const float *bias,
                               int activation, tessera_channel_parts y, float *scratch) {
  job j = {.in = winograd_map_of(d, d->c, x), .out = winograd_map_of(d, d->k, y), .u = u, .bias = bias};
  j.activation = activation;
  j.out_channels = d->k;
  j.scratch = scratch;
  j.scratch_floats = thread_floats(j.in.blocks * 16);
  j.threads = (size_t)tessera_threads_get();
  size_t next = 0;
  j.next = &next;
  tessera_parallel(j.threads, 1, d->precision == F32 ? convolve_f32 : convolve_bf16, &j);
}
