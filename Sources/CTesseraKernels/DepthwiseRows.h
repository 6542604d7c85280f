// The rows of one block of channels that a window is over, as f32, with zeros where it reaches beyond the map.
#pragma once
#include "Vector16.h"

// A ring: row i lies in slot i % capacity until row i + capacity takes its place.
typedef struct {
  float *pixels;
  float **slots;      // where each row of the map lies while it is in the ring
  const void *plane;  // [height, columns, 16]
  int64_t height, columns, capacity;
  int64_t width, left;  // pixels of a slot, and how many of them lie before column 0
  int64_t next;         // rows before it were read
  int precision;
} window_rows;

TESSERA_INLINE int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
TESSERA_INLINE int64_t most(int64_t a, int64_t b) { return a > b ? a : b; }

// Begins on another plane. What lies beyond the columns is zero in every slot and stays so.
TESSERA_INLINE void window_rows_begin(window_rows *r, const void *plane) {
  r->plane = plane;
  r->next = 0;
}

TESSERA_INLINE void window_rows_clear(window_rows *r) {
  for (int64_t i = 0, slot = 0; i < r->height; i++, slot = slot + 1 < r->capacity ? slot + 1 : 0)
    r->slots[i] = r->pixels + slot * r->width * 16;
  memset(r->pixels, 0, (size_t)(r->capacity * r->width * 16) * sizeof(float));
}

// Reads the rows first...last that the map has and that were not read before.
TESSERA_INLINE void window_rows_read(window_rows *r, int64_t first, int64_t last) {
  int64_t from = most(0, -r->left), to = least(r->columns, r->width - r->left);
  for (int64_t i = most(first, r->next); i <= least(last, r->height - 1); i++) {
    float *slot = r->slots[i] + r->left * 16;
    if (r->precision == F32) {
      for (int64_t k = from; k < to; k++)
        store16(slot, (size_t)(k * 16), load16(r->plane, (size_t)((i * r->columns + k) * 16), F32), F32);
    } else {
      for (int64_t k = from; k < to; k++)
        store16(slot, (size_t)(k * 16), load16(r->plane, (size_t)((i * r->columns + k) * 16), BF16), F32);
    }
    r->next = i + 1;
  }
}
