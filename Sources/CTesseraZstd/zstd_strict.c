#include "CTesseraZstd.h"

#include <stdbool.h>
#include <zstd.h>
#include <zstd_errors.h>

// The contexts are zstd's own; only their names are ours.

tessera_zstd_encoder *tessera_zstd_encoder_create(int32_t level) {
  ZSTD_CCtx *context = ZSTD_createCCtx();
  if (context == NULL) return NULL;
  if (ZSTD_isError(ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level)) ||
      ZSTD_isError(ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)) ||
      ZSTD_isError(ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 1)) ||
      ZSTD_isError(ZSTD_CCtx_setParameter(context, ZSTD_c_dictIDFlag, 0))) {
    ZSTD_freeCCtx(context);
    return NULL;
  }
  return (tessera_zstd_encoder *)context;
}

void tessera_zstd_encoder_free(tessera_zstd_encoder *encoder) { ZSTD_freeCCtx((ZSTD_CCtx *)encoder); }

tessera_zstd_status tessera_zstd_encode(
    tessera_zstd_encoder *encoder, const void *plain, size_t plain_length, void *wire, size_t capacity,
    size_t *written) {
  const size_t result = ZSTD_compress2((ZSTD_CCtx *)encoder, wire, capacity, plain, plain_length);
  if (ZSTD_isError(result)) {
    *written = 0;
    return ZSTD_getErrorCode(result) == ZSTD_error_dstSize_tooSmall ? TESSERA_ZSTD_NO_ROOM : TESSERA_ZSTD_FAILED;
  }
  *written = result;
  return TESSERA_ZSTD_OK;
}

tessera_zstd_decoder *tessera_zstd_decoder_create(void) { return (tessera_zstd_decoder *)ZSTD_createDCtx(); }

void tessera_zstd_decoder_free(tessera_zstd_decoder *decoder) { ZSTD_freeDCtx((ZSTD_DCtx *)decoder); }

static uint64_t read_little_endian(const uint8_t *bytes, size_t count) {
  uint64_t value = 0;
  for (size_t i = 0; i < count; i++) value |= (uint64_t)bytes[i] << (8 * i);
  return value;
}

// Frame_Header_Descriptor of RFC 8878, 3.1.1.1.1:
//
//    7   6   5   4   3   2   1   0
//   +-------+---+---+---+---+-------+
//   |FCS size|SS |unu|res|sum| dict  |
//   +-------+---+---+---+---+-------+
//
// One-shot decoding ignores the window limit and the library ignores the unused bit, so both are read here.
static tessera_zstd_status check_header(
    const uint8_t *wire, size_t length, uint64_t plain_length, uint64_t window_limit) {
  if (length < 6 || read_little_endian(wire, 4) != ZSTD_MAGICNUMBER) return TESSERA_ZSTD_BROKEN;
  const uint8_t descriptor = wire[4];
  const unsigned size_code = descriptor >> 6;
  const bool single_segment = (descriptor >> 5) & 1;
  const bool reserved_or_unused = (descriptor >> 3) & 3;
  const bool checksum = (descriptor >> 2) & 1;
  const bool dictionary = descriptor & 3;
  if (reserved_or_unused || !checksum || dictionary) return TESSERA_ZSTD_BROKEN;

  size_t offset = 5;
  uint64_t window = 0;
  if (!single_segment) {
    const uint8_t window_code = wire[offset++];
    const uint64_t base = (uint64_t)1 << (10 + (window_code >> 3));
    window = base + base / 8 * (window_code & 7);
  }
  const size_t size_bytes = size_code == 0 ? (single_segment ? 1 : 0) : (size_t)1 << size_code;
  if (size_bytes == 0 || length - offset < size_bytes) return TESSERA_ZSTD_BROKEN;
  const uint64_t content_size = read_little_endian(wire + offset, size_bytes) + (size_bytes == 2 ? 256 : 0);
  if (content_size != plain_length) return TESSERA_ZSTD_SIZE_MISMATCH;
  if (single_segment) window = content_size;
  return window <= window_limit ? TESSERA_ZSTD_OK : TESSERA_ZSTD_BROKEN;
}

tessera_zstd_status tessera_zstd_decode(
    tessera_zstd_decoder *decoder, const void *wire, size_t wire_length, void *plain, size_t plain_length,
    uint64_t window_limit) {
  const tessera_zstd_status header = check_header(wire, wire_length, plain_length, window_limit);
  if (header != TESSERA_ZSTD_OK) return header;
  // The library would decode several frames in a row, and skip some; one must fill the wire bytes.
  if (ZSTD_findFrameCompressedSize(wire, wire_length) != wire_length) return TESSERA_ZSTD_BROKEN;
  const size_t result = ZSTD_decompressDCtx((ZSTD_DCtx *)decoder, plain, plain_length, wire, wire_length);
  if (ZSTD_isError(result)) {
    switch (ZSTD_getErrorCode(result)) {
    case ZSTD_error_memory_allocation: return TESSERA_ZSTD_FAILED;
    case ZSTD_error_dstSize_tooSmall: return TESSERA_ZSTD_SIZE_MISMATCH;
    default: return TESSERA_ZSTD_BROKEN;
    }
  }
  return result == plain_length ? TESSERA_ZSTD_OK : TESSERA_ZSTD_SIZE_MISMATCH;
}

const char *tessera_zstd_version(void) { return ZSTD_versionString(); }
