// Sixteen numbers at a time: a block of channels of one pixel.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "CTesseraKernels.h"

// These functions are always inlined, so that no vector is ever passed. A TESSERA_CLONES function calls only one of
// them that takes and returns no vectors, and that one the others.
#pragma clang diagnostic ignored "-Wpsabi"

// One AVX-512 register, two of AVX2, four of SSE.
typedef float vector16 __attribute__((vector_size(64)));
typedef int32_t mask16 __attribute__((vector_size(64)));  // all bits of a lane set, or none
typedef uint32_t bits16 __attribute__((vector_size(64)));
typedef uint16_t halves16 __attribute__((vector_size(32)));

// How numbers lie in memory. Kernels are written once, with the precision as a parameter that is a constant where they
// are inlined, and compute in f32.
enum { F32 = 0, BF16 = 1 };

#define TESSERA_INLINE static inline __attribute__((always_inline))

TESSERA_INLINE vector16 splat16(float value) { return (vector16){0} + value; }

TESSERA_INLINE size_t element_bytes(int precision) { return precision == F32 ? 4 : 2; }

TESSERA_INLINE const void *element_at(const void *base, size_t index, int precision) {
  return (const char *)base + index * element_bytes(precision);
}
TESSERA_INLINE void *element_at_mutable(void *base, size_t index, int precision) {
  return (char *)base + index * element_bytes(precision);
}

// The elements base[index ..< index + 16].
TESSERA_INLINE vector16 load16(const void *base, size_t index, int precision) {
  vector16 v;
  if (precision == F32) {
    memcpy(&v, (const float *)base + index, sizeof v);
    return v;
  }
  halves16 h;
  memcpy(&h, (const uint16_t *)base + index, sizeof h);
  return (vector16)(__builtin_convertvector(h, bits16) << 16);
}

// Rounds to nearest, ties to even; a NaN stays one.
TESSERA_INLINE halves16 round16(vector16 v) {
  bits16 bits = (bits16)v;
  bits16 rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
  mask16 is_nan = v != v;
  return __builtin_convertvector(((bits16)is_nan & 0x7fc0) | (~(bits16)is_nan & rounded), halves16);
}

TESSERA_INLINE void store16(void *base, size_t index, vector16 v, int precision) {
  if (precision == F32) {
    memcpy((float *)base + index, &v, sizeof v);
    return;
  }
  halves16 h = round16(v);
  memcpy((uint16_t *)base + index, &h, sizeof h);
}

// Whether a result is so large that no cache holds it until it is read: storing past the caches saves reading what is
// overwritten. Halves of bf16 would not gain.
TESSERA_INLINE int passes_caches(size_t elements, int precision) {
  return precision == F32 && elements * element_bytes(precision) > (size_t)16 << 20;
}

// Stores what `passes_caches` was asked about, at a multiple of 16 elements of an array aligned to 64 bytes. A thread
// that passed the caches ends with settle_stores.
TESSERA_INLINE void put16(void *base, size_t index, vector16 v, int precision, int passes) {
  if (passes) __builtin_nontemporal_store(v, (vector16 *)((float *)base + index));
  else store16(base, index, v, precision);
}
TESSERA_INLINE void settle_stores(void) {
#if defined(__x86_64__)
  __builtin_ia32_sfence();
#endif
}

// The same for the first `count` of sixteen, for the end of a vector; the others are read as 0 and not written.
TESSERA_INLINE vector16 load_some16(const void *base, size_t index, size_t count, int precision) {
  if (count == 16) return load16(base, index, precision);
  float some[16] = {0};
  memcpy(some, element_at(base, index, precision), count * element_bytes(precision));
  return load16(some, 0, precision);
}
TESSERA_INLINE void store_some16(void *base, size_t index, vector16 v, size_t count, int precision) {
  if (count == 16) {
    store16(base, index, v, precision);
    return;
  }
  float some[16];
  store16(some, 0, v, precision);
  memcpy(element_at_mutable(base, index, precision), some, count * element_bytes(precision));
}

TESSERA_INLINE vector16 select16(mask16 mask, vector16 yes, vector16 no) {
  return (vector16)((mask & (mask16)yes) | (~mask & (mask16)no));
}
TESSERA_INLINE vector16 max16(vector16 a, vector16 b) { return select16(a > b, a, b); }
TESSERA_INLINE vector16 min16(vector16 a, vector16 b) { return select16(a < b, a, b); }

// f of a result before it is stored: TESSERA_NO_ACTIVATION, TESSERA_RELU or TESSERA_HARD_SWISH. A NaN stays one.
TESSERA_INLINE vector16 activated16(vector16 v, int activation) {
  if (activation == TESSERA_RELU) return select16(v < 0, splat16(0), v);
  if (activation == TESSERA_HARD_SWISH) return v * (max16(min16(v + 3, splat16(6)), splat16(0)) * (1.0f / 6));
  return v;
}
