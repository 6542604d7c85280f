// Every channel of one map times every channel of another, pixel by pixel, and the gradients; maps in rows.
#include "CTesseraKernels.h"
#include "Parallel.h"
#include "Vector16.h"

// Pixels of an item: a row of each channel that takes part stays in the first-level cache.
enum { TILE = 512 };

typedef struct {
  tessera_channel_products d;
  float *to;
  const float *left, *right, *dy;
} context;

TESSERA_INLINE size_t tiles_of(const tessera_channel_products *d) { return (d->pixels + TILE - 1) / TILE; }

// Pixels first ..< first + count of one image.
typedef struct {
  size_t image, first, count;
} tile;

TESSERA_INLINE tile tile_at(const tessera_channel_products *d, size_t i) {
  size_t tiles = tiles_of(d), first = i % tiles * TILE, rest = d->pixels - first;
  return (tile){i / tiles, first, rest < TILE ? rest : TILE};
}

TESSERA_CLONES static void multiply(void *p, size_t first, size_t last) {
  const context c = *(const context *)p;
  size_t pixels = c.d.pixels;
  for (size_t i = first; i < last; i++) {
    tile t = tile_at(&c.d, i);
    for (size_t a = 0; a < c.d.left; a++)
      for (size_t b = 0; b < c.d.right; b++) {
        const float *x = c.left + (t.image * c.d.left + a) * pixels + t.first;
        const float *z = c.right + (t.image * c.d.right + b) * pixels + t.first;
        float *y = c.to + ((t.image * c.d.left + a) * c.d.right + b) * pixels + t.first;
        for (size_t k = 0; k < t.count; k++) y[k] = x[k] * z[k];
      }
  }
}

// One factor's gradient: the products' times the other factor, summed over the other factor's channels.
TESSERA_INLINE void contract(const context *c, size_t first, size_t last, int of_left) {
  size_t pixels = c->d.pixels;
  size_t own = of_left ? c->d.left : c->d.right, others = of_left ? c->d.right : c->d.left;
  const float *other = of_left ? c->right : c->left;
  float sums[TILE];
  for (size_t i = first; i < last; i++) {
    tile t = tile_at(&c->d, i);
    const float *dy = c->dy + t.image * own * others * pixels + t.first;
    for (size_t a = 0; a < own; a++) {
      memset(sums, 0, sizeof sums);
      for (size_t b = 0; b < others; b++) {
        const float *g = dy + (of_left ? a * others + b : b * own + a) * pixels;
        const float *x = other + (t.image * others + b) * pixels + t.first;
        for (size_t k = 0; k < t.count; k++) sums[k] += g[k] * x[k];
      }
      memcpy(c->to + (t.image * own + a) * pixels + t.first, sums, t.count * sizeof *sums);
    }
  }
}

TESSERA_CLONES static void contract_right(void *p, size_t first, size_t last) { contract(p, first, last, 1); }
TESSERA_CLONES static void contract_left(void *p, size_t first, size_t last) { contract(p, first, last, 0); }

void tessera_multiply_all_channels(const tessera_channel_products *d, const float *left, const float *right, float *y) {
  context c = {.d = *d, .to = y, .left = left, .right = right};
  tessera_parallel(d->images * tiles_of(d), 1, multiply, &c);
}

void tessera_channel_products_left(const tessera_channel_products *d, const float *dy, const float *right,
                                   float *dleft) {
  context c = {.d = *d, .to = dleft, .right = right, .dy = dy};
  tessera_parallel(d->images * tiles_of(d), 1, contract_right, &c);
}

void tessera_channel_products_right(const tessera_channel_products *d, const float *dy, const float *left,
                                    float *dright) {
  context c = {.d = *d, .to = dright, .left = left, .dy = dy};
  tessera_parallel(d->images * tiles_of(d), 1, contract_left, &c);
}
