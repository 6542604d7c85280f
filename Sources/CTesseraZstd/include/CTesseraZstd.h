#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// How an attempt to code one chunk ended.
typedef enum tessera_zstd_status : int32_t {
  /// Done; exactly the announced bytes were read and written.
  TESSERA_ZSTD_OK = 0,
  /// Not a frame of the strict profile, or damaged.
  TESSERA_ZSTD_BROKEN = 1,
  /// The frame announces, or holds, another number of plain bytes than expected.
  TESSERA_ZSTD_SIZE_MISMATCH = 2,
  /// The result does not fit into the destination.
  TESSERA_ZSTD_NO_ROOM = 3,
  /// The library failed, for want of memory or by a wrong argument.
  TESSERA_ZSTD_FAILED = 4,
} tessera_zstd_status;

/// A compression context, kept from chunk to chunk.
typedef struct tessera_zstd_encoder tessera_zstd_encoder;
/// A decompression context, kept from chunk to chunk.
typedef struct tessera_zstd_decoder tessera_zstd_decoder;

/// Makes a context that writes checksum and content size and no dictionary id; NULL without memory.
tessera_zstd_encoder *tessera_zstd_encoder_create(int32_t level);
void tessera_zstd_encoder_free(tessera_zstd_encoder *encoder);

/// Writes `plain` as one frame and sets `*written`; `TESSERA_ZSTD_NO_ROOM` if it takes more than `capacity` bytes.
tessera_zstd_status tessera_zstd_encode(
    tessera_zstd_encoder *encoder, const void *plain, size_t plain_length, void *wire, size_t capacity,
    size_t *written);

/// Makes a context; NULL without memory.
tessera_zstd_decoder *tessera_zstd_decoder_create(void);
void tessera_zstd_decoder_free(tessera_zstd_decoder *decoder);

/// Reads exactly one strict frame of `wire_length` bytes into exactly `plain_length` bytes.
///
/// Strict: content size present and equal to `plain_length`, content checksum present, no dictionary id, reserved and
/// unused bits 0, window at most `window_limit`, nothing before or behind the frame.
tessera_zstd_status tessera_zstd_decode(
    tessera_zstd_decoder *decoder, const void *wire, size_t wire_length, void *plain, size_t plain_length,
    uint64_t window_limit);

/// Continues a CRC-32C over `length` more bytes; the first call starts with `crc` 0. Uses the processor's instruction
/// where it has one.
uint32_t tessera_crc32c(uint32_t crc, const void *bytes, size_t length);

/// As `tessera_crc32c`, by table on every processor.
uint32_t tessera_crc32c_portable(uint32_t crc, const void *bytes, size_t length);

/// The version of zstd that runs, such as "1.5.4".
const char *tessera_zstd_version(void);

#ifdef __cplusplus
}
#endif
