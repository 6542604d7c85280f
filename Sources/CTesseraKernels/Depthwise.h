// What the passes of a depthwise convolution share: the parts of the caller's scratch memory.
#pragma once
#include "CTesseraKernels.h"

typedef struct {
  char *base;    // NULL to count only
  size_t bytes;  // taken so far
} scratch_area;

// The next `bytes`, 64-byte aligned as the area is.
static inline void *scratch_take(scratch_area *a, size_t bytes) {
  void *part = a->base ? a->base + a->bytes : NULL;
  a->bytes += (bytes + 63) & ~(size_t)63;
  return part;
}

static inline int64_t depthwise_blocks(const tessera_depthwise *d) { return (d->channels + 15) / 16; }

// Bytes that the pass for the weights takes.
size_t tessera_depthwise_weights_bytes(const tessera_depthwise *d);
