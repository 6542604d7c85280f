// What the passes of Winograd's convolution share: how tiles are counted and maps are read.
#pragma once
#include "CTesseraKernels.h"
#include "Parallel.h"
#include "WinogradTransform.h"

// A tile is 4×4 outputs; 36 points stand for it and the border of one pixel that it depends on.
enum { WINOGRAD_SIDE = 4, WINOGRAD_POINTS = 36 };

// A map in blocks of 16 channels, with the counts that its tiles follow from.
typedef struct {
  tessera_channel_parts parts;
  size_t blocks, h, w;
  size_t tiles_y, tiles_x, tiles;  // `tiles` of the whole batch
} winograd_map;

// A tile's place in the batch.
typedef struct {
  size_t image, y, x;
} winograd_place;

static inline size_t winograd_round_up(size_t value, size_t step) { return (value + step - 1) / step * step; }

// Floats from one point's matrix to the next: a line more, so that the 36 that one tile writes share no cache set.
static inline size_t winograd_point_stride(size_t floats) { return floats + 16; }

static inline winograd_map winograd_map_of(const tessera_winograd *d, size_t channels, tessera_channel_parts parts) {
  winograd_map m = {parts, winograd_round_up(channels, 16) / 16, d->h, d->w, 0, 0, 0};
  m.tiles_y = (d->h + WINOGRAD_SIDE - 1) / WINOGRAD_SIDE;
  m.tiles_x = (d->w + WINOGRAD_SIDE - 1) / WINOGRAD_SIDE;
  m.tiles = d->n * m.tiles_y * m.tiles_x;
  return m;
}

TESSERA_INLINE winograd_place winograd_place_of(const winograd_map *m, size_t tile) {
  size_t of_image = m->tiles_y * m->tiles_x, place = tile % of_image;
  return (winograd_place){tile / of_image, place / m->tiles_x, place % m->tiles_x};
}

// Where a block of channels of an image lies: its part, and the index of its first element there.
TESSERA_INLINE void *winograd_plane(const winograd_map *m, size_t image, size_t block, size_t *index) {
  size_t first = m->parts.first_blocks < m->blocks ? m->parts.first_blocks : m->blocks;
  int is_second = block >= first;
  size_t of_part = is_second ? m->blocks - first : first;
  *index = (image * of_part + (is_second ? block - first : block)) * m->h * m->w * 16;
  return is_second ? m->parts.second : m->parts.first;
}

// Transforms one block of channels of one tile into a line at each point.
//
// Lines of the next tile are asked for early: 36 streams of writes and 6 of reads are more than a processor foresees,
// and without this the transform takes twice as long.
TESSERA_INLINE void winograd_read_input(const winograd_map *m, winograd_place at, size_t block, float *v, size_t stride,
                                        int precision) {
  size_t h = m->h, w = m->w, plane;
  const void *x = winograd_plane(m, at.image, block, &plane);
  ptrdiff_t top = (ptrdiff_t)(at.y * WINOGRAD_SIDE) - 1, left = (ptrdiff_t)(at.x * WINOGRAD_SIDE) - 1;
  int is_inside = top >= 0 && left >= 0 && top + 6 <= (ptrdiff_t)h && left + 6 <= (ptrdiff_t)w;
  vector16 t[6][6];
  for (int p = 0; p < WINOGRAD_POINTS; p++) __builtin_prefetch(v + (size_t)p * stride + m->blocks * 16, 1, 3);
  if (is_inside) {
    size_t first = plane + ((size_t)top * w + (size_t)left) * 16;
    for (size_t row = 0; row < 6; row++)
      for (size_t col = 6; col < 10; col++)
        __builtin_prefetch(element_at(x, first + (row * w + col) * 16, precision), 0, 3);
    for (size_t col = 0; col < 6; col++) {
      vector16 d[6], r[6];
      for (size_t row = 0; row < 6; row++) d[row] = load16(x, first + (row * w + col) * 16, precision);
      winograd_input(d, r);
      for (size_t row = 0; row < 6; row++) t[row][col] = r[row];
    }
  } else {
    for (int col = 0; col < 6; col++) {
      vector16 d[6], r[6];
      for (int row = 0; row < 6; row++) {
        ptrdiff_t y = top + row, z = left + col;
        int exists = y >= 0 && z >= 0 && y < (ptrdiff_t)h && z < (ptrdiff_t)w;
        d[row] = exists ? load16(x, plane + ((size_t)y * w + (size_t)z) * 16, precision) : splat16(0);
      }
      winograd_input(d, r);
      for (int row = 0; row < 6; row++) t[row][col] = r[row];
    }
  }
  for (size_t row = 0; row < 6; row++) {
    vector16 r[6];
    winograd_input(t[row], r);
    for (size_t col = 0; col < 6; col++) store16(v + (row * 6 + col) * stride, 0, r[col], F32);
  }
}
