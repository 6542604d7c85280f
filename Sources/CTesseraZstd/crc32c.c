#include "CTesseraZstd.h"

#include <string.h>

// Polynomial 0x1EDC6F41, reflected 0x82F63B78: what four bits shifted out add to the remainder.
static const uint32_t nibbles[16] = {
    0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d,
    0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9, 0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
};

uint32_t tessera_crc32c_portable(uint32_t crc, const void *bytes, size_t length) {
  const uint8_t *at = bytes;
  crc = ~crc;
  for (size_t i = 0; i < length; i++) {
    crc ^= at[i];
    crc = (crc >> 4) ^ nibbles[crc & 15];
    crc = (crc >> 4) ^ nibbles[crc & 15];
  }
  return ~crc;
}

#if defined(__x86_64__)

#include <nmmintrin.h>

__attribute__((target("sse4.2"))) static uint32_t crc32c_sse42(uint32_t crc, const uint8_t *at, size_t length) {
  uint64_t state = ~crc;
  for (; length >= 8; at += 8, length -= 8) {
    uint64_t word;
    memcpy(&word, at, 8);
    state = _mm_crc32_u64(state, word);
  }
  uint32_t tail = (uint32_t)state;
  for (; length > 0; at++, length--) tail = _mm_crc32_u8(tail, *at);
  return ~tail;
}

uint32_t tessera_crc32c(uint32_t crc, const void *bytes, size_t length) {
  if (__builtin_cpu_supports("sse4.2")) return crc32c_sse42(crc, bytes, length);
  return tessera_crc32c_portable(crc, bytes, length);
}

#else

uint32_t tessera_crc32c(uint32_t crc, const void *bytes, size_t length) {
  return tessera_crc32c_portable(crc, bytes, length);
}

#endif
