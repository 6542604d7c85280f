// The part of libpng that Tessera uses, as plain functions that return.
//
// libpng reports errors with `longjmp`, which must not cross Swift frames: each function here catches it and returns a
// status. Every allocation goes through a counted allocator with a ceiling. Nothing converts gamma or colour.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum tessera_png_status {
  TESSERA_PNG_OK = 0,
  // An allocation went past `memory_limit`, or the system had none left.
  TESSERA_PNG_MEMORY,
  // The checksum of an image data chunk does not match.
  TESSERA_PNG_CHECKSUM,
  // The deflate stream is damaged, too short or too long for the size in the header.
  TESSERA_PNG_IMAGE_DATA,
  // Anything else; `message` holds libpng's words.
  TESSERA_PNG_OTHER,
} tessera_png_status;

typedef enum tessera_png_samples {
  // Three bytes a pixel: grey spread, low depths scaled to 0...255, 16 bits rounded to 8, alpha dropped.
  // Not for palette images, whose colours the caller looks up.
  TESSERA_PNG_RGB8,
  // The stored values of a one-channel image: palette indices or unscaled grey, one byte each, two native bytes if the
  // depth is 16.
  TESSERA_PNG_STORED,
} tessera_png_samples;

// A stretch of the file.
typedef struct tessera_png_range {
  size_t offset;
  size_t count;
} tessera_png_range;

// Bytes owned by the receiver; free them with `tessera_png_free`.
typedef struct tessera_png_bytes {
  uint8_t *bytes;
  size_t count;
} tessera_png_bytes;

// Decodes the PNG that the ranges of `file` make when joined; whatever lies outside them is never looked at.
//
// `output_size` must be exactly what the header and `samples` ask for. `memory_limit` bounds libpng's and zlib's own
// memory. On failure `output` is partly written and `message` holds a terminated text.
tessera_png_status tessera_png_decode(const uint8_t *file, const tessera_png_range *ranges, size_t range_count,
                                      tessera_png_samples samples, uint8_t *output, size_t output_size,
                                      size_t memory_limit, char *message, size_t message_size);

// What an encoded image holds.
typedef enum tessera_png_format {
  TESSERA_PNG_PALETTE8,
  TESSERA_PNG_GRAY8,
  TESSERA_PNG_GRAY16,
  TESSERA_PNG_COLOR8,
} tessera_png_format;

// Encodes rows without padding, 16-bit samples in native order, into one non-interlaced PNG.
//
// `palette` holds `palette_count` triples and is read for TESSERA_PNG_PALETTE8 only. `memory_limit` bounds all memory,
// the result's included. On failure `result` is empty and `message` holds a terminated text.
tessera_png_status tessera_png_encode(const uint8_t *samples, uint32_t width, uint32_t height,
                                      tessera_png_format format, const uint8_t *palette, int palette_count,
                                      size_t memory_limit, tessera_png_bytes *result, char *message,
                                      size_t message_size);

// Frees what `tessera_png_encode` returned.
void tessera_png_free(tessera_png_bytes bytes);

// The version of libpng that runs, such as "1.6.39".
const char *tessera_png_version(void);

#ifdef __cplusplus
}
#endif
