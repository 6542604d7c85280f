#include "CTesseraKernels.h"
#include "Parallel.h"
#include "Vector16.h"

// Maps in blocks, and one number for each channel of each image. A plane is one block of one image.
typedef struct {
  tessera_blocks m;
  const void *x, *other;
  const float *factors, *terms;
  void *y;
  double *sums;  // [image, block, piece, 16]
  size_t blocks, pieces;
} planes;

// The numbers of one block, 0 beyond the channels; `neutral` where there are none.
TESSERA_INLINE vector16 channels_of(const planes *c, const float *numbers, float neutral, size_t plane) {
  size_t image = plane / c->blocks, first = plane % c->blocks * 16, left = (size_t)c->m.channels - first;
  float lanes[16] = {0};
  if (!numbers) return splat16(neutral);
  const float *from = numbers + image * (size_t)c->m.channels + first;
  for (size_t i = 0; i < 16 && i < left; i++) lanes[i] = from[i];
  return load16(lanes, 0, F32);
}

// Items are pixels of planes. `EXPRESSION` sees what lies at the pixel as x, and the plane's numbers as s and t.
#define CHANNEL_KERNEL(name, EXPRESSION)                                                          \
  TESSERA_INLINE void name##_pixels(const planes *c, size_t first, size_t last, int precision) {  \
    for (size_t i = first; i < last;) {                                                           \
      size_t plane = i / (size_t)c->m.pixels, end = (plane + 1) * (size_t)c->m.pixels;            \
      if (end > last) end = last;                                                                 \
      vector16 s = channels_of(c, c->factors, 1, plane), t = channels_of(c, c->terms, 0, plane);  \
      (void)s;                                                                                    \
      for (; i < end; i++) store16(c->y, i * 16, (EXPRESSION), precision);                        \
    }                                                                                             \
  }                                                                                               \
  TESSERA_CLONES static void name(void *context, size_t first, size_t last) {                     \
    const planes c = *(const planes *)context;                                                    \
    if (c.m.precision == F32)                                                                     \
      name##_pixels(&c, first, last, F32);                                                        \
    else                                                                                          \
      name##_pixels(&c, first, last, BF16);                                                       \
  }

CHANNEL_KERNEL(multiply_add, load16(c->x, i * 16, precision) * s + t)
CHANNEL_KERNEL(repeat, t)

static void run(tessera_range body, const tessera_blocks *m, const void *x, const float *factors, const float *terms,
                void *y) {
  enum { GRAIN = 1024 };
  planes c = {.m = *m, .x = x, .factors = factors, .terms = terms, .y = y, .blocks = ((size_t)m->channels + 15) / 16};
  tessera_parallel((size_t)m->n * c.blocks * (size_t)m->pixels, GRAIN, body, &c);
}

void tessera_blocks_multiply_add(const tessera_blocks *m, const void *x, const float *factors, const float *terms,
                                 void *y) {
  run(multiply_add, m, x, factors, terms, y);
}
void tessera_blocks_repeat(const tessera_blocks *m, const float *terms, void *y) {
  run(repeat, m, NULL, NULL, terms, y);
}

// ---- Sums over pixels, in double precision, piece by piece.

enum { PIECE = 2048 };  // pixels

typedef double doubles8 __attribute__((vector_size(64)));
typedef float floats8 __attribute__((vector_size(32)));

// Adds a · b to the sums of the lower and the upper eight channels.
TESSERA_INLINE void add_product(vector16 a, vector16 b, doubles8 *low, doubles8 *high) {
  floats8 halves[4];
  memcpy(&halves[0], &a, sizeof a);
  memcpy(&halves[2], &b, sizeof b);
  *low += __builtin_convertvector(halves[0], doubles8) * __builtin_convertvector(halves[2], doubles8);
  *high += __builtin_convertvector(halves[1], doubles8) * __builtin_convertvector(halves[3], doubles8);
}

// `has_other`: the sum of products, otherwise of the map itself.
TESSERA_INLINE void sum_piece(const planes *c, size_t item, int has_other, int precision) {
  size_t plane = item / c->pieces, pixels = (size_t)c->m.pixels, first = item % c->pieces * PIECE;
  size_t last = first + PIECE < pixels ? first + PIECE : pixels;
  size_t i = (plane * pixels + first) * 16, end = (plane * pixels + last) * 16;
  vector16 one = splat16(1);
  doubles8 low = {0}, high = low, low2 = low, high2 = low;
  for (; i + 32 <= end; i += 32) {
    add_product(load16(c->x, i, precision), has_other ? load16(c->other, i, precision) : one, &low, &high);
    add_product(load16(c->x, i + 16, precision), has_other ? load16(c->other, i + 16, precision) : one, &low2, &high2);
  }
  if (i < end) add_product(load16(c->x, i, precision), has_other ? load16(c->other, i, precision) : one, &low, &high);
  low += low2;
  high += high2;
  memcpy(c->sums + item * 16, &low, sizeof low);
  memcpy(c->sums + item * 16 + 8, &high, sizeof high);
}

TESSERA_CLONES static void sum(void *context, size_t first, size_t last) {
  const planes c = *(const planes *)context;
  for (size_t item = first; item < last; item++) {
    if (c.m.precision == F32) {
      if (c.other) sum_piece(&c, item, 1, F32);
      else sum_piece(&c, item, 0, F32);
    } else {
      if (c.other) sum_piece(&c, item, 1, BF16);
      else sum_piece(&c, item, 0, BF16);
    }
  }
}

static size_t pieces_of(const tessera_blocks *m) { return ((size_t)m->pixels + PIECE - 1) / PIECE; }

size_t tessera_blocks_scratch_bytes(const tessera_blocks *m) {
  return (size_t)m->n * (((size_t)m->channels + 15) / 16) * pieces_of(m) * 16 * sizeof(double);
}

void tessera_blocks_sum(const tessera_blocks *m, const void *x, const void *other, float *s, void *scratch) {
  size_t blocks = ((size_t)m->channels + 15) / 16, pieces = pieces_of(m), channels = (size_t)m->channels;
  planes c = {.m = *m, .x = x, .other = other, .sums = scratch, .blocks = blocks, .pieces = pieces};
  size_t pixels = (size_t)m->pixels, piece = pixels < PIECE ? pixels : PIECE;
  tessera_parallel((size_t)m->n * blocks * pieces, 1 + 1024 / (piece + 1), sum, &c);
  for (size_t image = 0; image < (size_t)m->n; image++)
    for (size_t channel = 0; channel < channels; channel++) {
      const double *from = c.sums + (image * blocks + channel / 16) * pieces * 16 + channel % 16;
      double total = 0;
      for (size_t k = 0; k < pieces; k++) total += from[k * 16];
      s[image * channels + channel] = (float)total;
    }
}
