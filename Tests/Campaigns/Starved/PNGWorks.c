#include <CTesseraPNG.h>
#include <stdint.h>
#include <string.h>

#include "Work.h"

enum { WIDTH = 16, HEIGHT = 12, COLORS = 16, MEMORY = 1 << 24 };

static char message[160];

static int encode(tessera_png_format format, unsigned char *result, size_t *count) {
  uint8_t samples[WIDTH * HEIGHT * 3], palette[COLORS * 3];
  for (size_t i = 0; i < sizeof samples; i++) samples[i] = (uint8_t)(i * i % COLORS);
  for (size_t i = 0; i < sizeof palette; i++) palette[i] = (uint8_t)(255 - i);
  tessera_png_bytes file;
  int status =
      tessera_png_encode(samples, WIDTH, HEIGHT, format, palette, COLORS, MEMORY, &file, message, sizeof message);
  if (status == 0) memcpy(result, file.bytes, file.count);
  *count = file.count;
  tessera_png_free(file);
  return status;
}

static size_t ignored;
static int encode_palette(unsigned char *result) { return encode(TESSERA_PNG_PALETTE8, result, &ignored); }
static int encode_gray16(unsigned char *result) { return encode(TESSERA_PNG_GRAY16, result, &ignored); }
static int encode_color(unsigned char *result) { return encode(TESSERA_PNG_COLOR8, result, &ignored); }

static int decode(const uint8_t *file, size_t count, tessera_png_samples samples, unsigned char *result, size_t size) {
  tessera_png_range whole = {0, count};
  return tessera_png_decode(file, &whole, 1, samples, result, size, MEMORY, message, sizeof message);
}

static uint8_t palette_file[RESULT_BYTES], gray16_file[RESULT_BYTES];
static size_t palette_count, gray16_count;

static int make_palette(void) { return encode(TESSERA_PNG_PALETTE8, palette_file, &palette_count); }
static int make_gray16(void) { return encode(TESSERA_PNG_GRAY16, gray16_file, &gray16_count); }

static int decode_palette(unsigned char *result) {
  return decode(palette_file, palette_count, TESSERA_PNG_STORED, result, WIDTH * HEIGHT);
}

static int decode_gray16(unsigned char *result) {
  return decode(gray16_file, gray16_count, TESSERA_PNG_STORED, result, WIDTH * HEIGHT * 2);
}

// 3x2 pixels of four channels of 16 bits in seven passes; its gamma and text are allocated, too.
static const uint8_t interlaced[] = {
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00, 0x00,
    0x00, 0x03, 0x00, 0x00, 0x00, 0x02, 0x10, 0x06, 0x00, 0x00, 0x01, 0xba, 0xe3, 0x8a, 0xcf, 0x00, 0x00, 0x00,
    0x04, 0x67, 0x41, 0x4d, 0x41, 0x00, 0x00, 0x4e, 0x20, 0xde, 0xb1, 0x22, 0x0e, 0x00, 0x00, 0x00, 0x0d, 0x74,
    0x45, 0x58, 0x74, 0x54, 0x69, 0x74, 0x6c, 0x65, 0x00, 0x69, 0x67, 0x6e, 0x6f, 0x72, 0x65, 0x64, 0x9c, 0x03,
    0xb3, 0x2c, 0x00, 0x00, 0x00, 0x1f, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9c, 0x01, 0x34, 0x00, 0xcb, 0xff, 0x00,
    0xfe, 0xca, 0x46, 0xe8, 0x46, 0x93, 0xd4, 0xca, 0x00, 0x78, 0x92, 0x07, 0x78, 0xcc, 0x32, 0xa5, 0x65, 0x02,
    0x8e, 0x38, 0x18, 0x1c, 0xfc, 0x0a, 0x8b, 0x99, 0x91, 0x00, 0x00, 0x00, 0x20, 0x49, 0x44, 0x41, 0x54, 0xd2,
    0x81, 0x62, 0x04, 0xf7, 0x0a, 0x4d, 0x7d, 0x16, 0xfc, 0x7d, 0x6a, 0x13, 0x53, 0x9a, 0x85, 0x43, 0x87, 0x97,
    0x14, 0x68, 0xe3, 0x16, 0x35, 0xd3, 0x03, 0xf7, 0x60, 0x79, 0x4d, 0x17, 0x31, 0xcc, 0x9b, 0x3e, 0xa3, 0x00,
    0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
};

static int decode_interlaced(unsigned char *result) {
  return decode(interlaced, sizeof interlaced, TESSERA_PNG_RGB8, result, 3 * 2 * 3);
}

const work png_works[] = {
    {"PNG, palette written", nothing_to_prepare, encode_palette},
    {"PNG, 16 bits of grey written", nothing_to_prepare, encode_gray16},
    {"PNG, colours written", nothing_to_prepare, encode_color},
    {"PNG, palette read", make_palette, decode_palette},
    {"PNG, 16 bits of grey read", make_gray16, decode_gray16},
    {"PNG, seven passes read", nothing_to_prepare, decode_interlaced},
};
const size_t png_work_count = sizeof png_works / sizeof *png_works;
