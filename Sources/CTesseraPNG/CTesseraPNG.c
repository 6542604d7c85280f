#include "CTesseraPNG.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

// Everything that the callbacks of one libpng structure share.
typedef struct context {
  size_t memory_left;
  tessera_png_status status;
  char *message;
  size_t message_size;

  const uint8_t *file;
  const tessera_png_range *ranges;
  size_t range_count;
  size_t range;
  size_t consumed;
  // Set once the header is read: rows of the image, and whether they come in seven passes.
  uint32_t rows;
  int interlaced;
  // What may still be read after the last row.
  size_t tail;

  tessera_png_bytes written;
  size_t capacity;
} context;

static void report(context *self, const char *text) {
  if (self->message_size == 0) return;
  strncpy(self->message, text, self->message_size - 1);
  self->message[self->message_size - 1] = 0;
}

// MARK: Memory

// Sizes stand in front of the blocks, so that freeing gives them back; 16 bytes keep the alignment of `malloc`.
enum { block_header = 16 };

static png_voidp counted_malloc(png_structp png, png_alloc_size_t size) {
  context *self = png_get_mem_ptr(png);
  if (size > self->memory_left || self->memory_left - size < block_header) {
    self->status = TESSERA_PNG_MEMORY;
    return NULL;
  }
  uint8_t *block = malloc(size + block_header);
  if (block == NULL) {
    self->status = TESSERA_PNG_MEMORY;
    return NULL;
  }
  size_t whole = size + block_header;
  memcpy(block, &whole, sizeof whole);
  self->memory_left -= whole;
  return block + block_header;
}

static void counted_free(png_structp png, png_voidp pointer) {
  if (pointer == NULL) return;
  context *self = png_get_mem_ptr(png);
  uint8_t *block = (uint8_t *)pointer - block_header;
  size_t whole;
  memcpy(&whole, block, sizeof whole);
  self->memory_left += whole;
  free(block);
}

// MARK: Errors

static void failed(png_structp png, png_const_charp text) {
  context *self = png_get_error_ptr(png);
  report(self, text);
  // A refused allocation comes back as various messages; its status stands already.
  if (self->status == TESSERA_PNG_OK) {
    if (strcmp(text, "IDAT: CRC error") == 0)
      self->status = TESSERA_PNG_CHECKSUM;
    else if (strncmp(text, "IDAT:", 5) == 0 || strcmp(text, "Not enough image data") == 0)
      self->status = TESSERA_PNG_IMAGE_DATA;
    else
      self->status = TESSERA_PNG_OTHER;
  }
  png_longjmp(png, 1);
}

// Benign errors are made errors; what is left as a warning says nothing about the pixels.
static void warned(png_structp png, png_const_charp text) {
  (void)png;
  (void)text;
}

// MARK: Reading

// After the last row a sound file holds a few bytes: the end of the deflate stream, checksums, the end chunk. libpng
// would go on inflating whatever else is there, a thousandfold; refusing to read more bounds that.
enum { tail_limit = 4096 };

static int is_image_complete(png_structp png, const context *self) {
  if (self->rows == 0) return 0;
  return self->interlaced ? png_get_current_pass_number(png) >= 7 : png_get_current_row_number(png) >= self->rows;
}

static void read_bytes(png_structp png, png_bytep target, size_t count) {
  context *self = png_get_io_ptr(png);
  if (is_image_complete(png, self)) {
    if (count > self->tail) png_error(png, "IDAT: Too much image data");
    self->tail -= count;
  }
  while (count > 0) {
    if (self->range == self->range_count) png_error(png, "the file ends inside its image data");
    tessera_png_range range = self->ranges[self->range];
    size_t part = range.count - self->consumed;
    if (part > count) part = count;
    memcpy(target, self->file + range.offset + self->consumed, part);
    target += part;
    count -= part;
    self->consumed += part;
    if (self->consumed == range.count) {
      self->range += 1;
      self->consumed = 0;
    }
  }
}

// Asks for three bytes a pixel whatever is stored.
static void ask_for_rgb8(png_structp png, png_infop info) {
  png_byte color = png_get_color_type(png, info);
  if (color == PNG_COLOR_TYPE_PALETTE) png_error(png, "palette colours are the caller's to look up");
  if (png_get_bit_depth(png, info) == 16) png_set_scale_16(png);
  if (png_get_bit_depth(png, info) < 8) png_set_expand_gray_1_2_4_to_8(png);
  if (color & PNG_COLOR_MASK_ALPHA) png_set_strip_alpha(png);
  if (!(color & PNG_COLOR_MASK_COLOR)) png_set_gray_to_rgb(png);
}

// Asks for the values as they are stored.
static void ask_for_stored(png_structp png, png_infop info) {
  if (png_get_channels(png, info) != 1) png_error(png, "stored values need one channel");
  png_set_packing(png);
  const uint16_t probe = 1;
  if (png_get_bit_depth(png, info) == 16 && *(const uint8_t *)&probe == 1) png_set_swap(png);
}

static void read_image(context *self, png_structp png, png_infop info, tessera_png_samples samples, uint8_t *output,
                       size_t output_size) {
  // The caller has held the size against its own limits, and the output below has room for no other.
  png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_set_benign_errors(png, 0);
  png_set_check_for_invalid_index(png, -1);
  png_read_info(png, info);
  if (samples == TESSERA_PNG_RGB8)
    ask_for_rgb8(png, info);
  else
    ask_for_stored(png, info);
  int passes = png_set_interlace_handling(png);
  png_read_update_info(png, info);

  size_t height = png_get_image_height(png, info);
  size_t stride = png_get_rowbytes(png, info);
  if (stride == 0 || output_size % stride != 0 || output_size / stride != height)
    png_error(png, "the size of the output does not match the header");
  self->rows = png_get_image_height(png, info);
  self->interlaced = passes > 1;
  for (int pass = 0; pass < passes; pass += 1)
    for (size_t row = 0; row < height; row += 1) png_read_row(png, output + row * stride, NULL);
  png_read_end(png, NULL);
}

// `longjmp` ends here. What it may have changed lives in the caller's frame, where C keeps its value.
static void read_guarded(context *self, png_structp png, png_infop info, tessera_png_samples samples,
                         uint8_t *output, size_t output_size) {
  if (setjmp(png_jmpbuf(png)) != 0) return;
  png_set_read_fn(png, self, read_bytes);
  read_image(self, png, info, samples, output, output_size);
  self->status = TESSERA_PNG_OK;
}

tessera_png_status tessera_png_decode(const uint8_t *file, const tessera_png_range *ranges, size_t range_count,
                                      tessera_png_samples samples, uint8_t *output, size_t output_size,
                                      size_t memory_limit, char *message, size_t message_size) {
  context self = {.memory_left = memory_limit,
                  .message = message,
                  .message_size = message_size,
                  .file = file,
                  .ranges = ranges,
                  .range_count = range_count,
                  .tail = tail_limit};
  report(&self, "");
  png_structp png = png_create_read_struct_2(PNG_LIBPNG_VER_STRING, &self, failed, warned, &self, counted_malloc,
                                             counted_free);
  if (png == NULL) {
    report(&self, "libpng could not start");
    return self.status == TESSERA_PNG_OK ? TESSERA_PNG_OTHER : self.status;
  }
  png_infop info = png_create_info_struct(png);
  if (info == NULL) {
    report(&self, "libpng could not start");
    self.status = TESSERA_PNG_MEMORY;
  } else {
    read_guarded(&self, png, info, samples, output, output_size);
  }
  png_destroy_read_struct(&png, info == NULL ? NULL : &info, NULL);
  return self.status;
}

// MARK: Writing

static void write_bytes(png_structp png, png_bytep source, size_t count) {
  context *self = png_get_io_ptr(png);
  size_t used = self->written.count;
  if (count > self->capacity - used) {
    size_t capacity = self->capacity < 4096 ? 4096 : self->capacity;
    while (capacity - used < count) {
      if (capacity > SIZE_MAX / 2) png_error(png, "the encoded image is too large");
      capacity *= 2;
    }
    size_t growth = capacity - self->capacity;
    uint8_t *grown = growth > self->memory_left ? NULL : realloc(self->written.bytes, capacity);
    if (grown == NULL) {
      self->status = TESSERA_PNG_MEMORY;
      png_error(png, "the encoded image does not fit in memory");
    }
    self->memory_left -= growth;
    self->written.bytes = grown;
    self->capacity = capacity;
  }
  memcpy(self->written.bytes + used, source, count);
  self->written.count = used + count;
}

static void flush_nothing(png_structp png) { (void)png; }

static void write_image(png_structp png, png_infop info, const uint8_t *samples, uint32_t width, uint32_t height,
                        tessera_png_format format, const uint8_t *palette, int palette_count) {
  int depth = format == TESSERA_PNG_GRAY16 ? 16 : 8;
  int color = PNG_COLOR_TYPE_GRAY;
  if (format == TESSERA_PNG_PALETTE8) color = PNG_COLOR_TYPE_PALETTE;
  if (format == TESSERA_PNG_COLOR8) color = PNG_COLOR_TYPE_RGB;
  // Spelled out, because the same pixels shall always make the same bytes.
  png_set_compression_level(png, 6);
  png_set_filter(png, PNG_FILTER_TYPE_BASE,
                 format == TESSERA_PNG_COLOR8 ? PNG_FAST_FILTERS | PNG_FILTER_PAETH : PNG_FILTER_NONE);
  png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_set_IHDR(png, info, width, height, depth, color, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
               PNG_FILTER_TYPE_DEFAULT);
  if (format == TESSERA_PNG_PALETTE8) {
    png_color entries[PNG_MAX_PALETTE_LENGTH];
    if (palette_count < 1 || palette_count > PNG_MAX_PALETTE_LENGTH) png_error(png, "a palette has 1 to 256 colours");
    for (int i = 0; i < palette_count; i += 1)
      entries[i] = (png_color){palette[3 * i], palette[3 * i + 1], palette[3 * i + 2]};
    png_set_PLTE(png, info, entries, palette_count);
  }
  png_write_info(png, info);
  const uint16_t probe = 1;
  if (depth == 16 && *(const uint8_t *)&probe == 1) png_set_swap(png);
  size_t stride = (size_t)width * (format == TESSERA_PNG_COLOR8 ? 3 : (size_t)depth / 8);
  for (uint32_t row = 0; row < height; row += 1) png_write_row(png, samples + row * stride);
  png_write_end(png, NULL);
}

static void write_guarded(context *self, png_structp png, png_infop info, const uint8_t *samples, uint32_t width,
                          uint32_t height, tessera_png_format format, const uint8_t *palette, int palette_count) {
  if (setjmp(png_jmpbuf(png)) != 0) return;
  png_set_write_fn(png, self, write_bytes, flush_nothing);
  write_image(png, info, samples, width, height, format, palette, palette_count);
  self->status = TESSERA_PNG_OK;
}

tessera_png_status tessera_png_encode(const uint8_t *samples, uint32_t width, uint32_t height,
                                      tessera_png_format format, const uint8_t *palette, int palette_count,
                                      size_t memory_limit, tessera_png_bytes *result, char *message,
                                      size_t message_size) {
  context self = {.memory_left = memory_limit, .message = message, .message_size = message_size};
  *result = (tessera_png_bytes){NULL, 0};
  report(&self, "");
  png_structp png = png_create_write_struct_2(PNG_LIBPNG_VER_STRING, &self, failed, warned, &self, counted_malloc,
                                              counted_free);
  if (png == NULL) {
    report(&self, "libpng could not start");
    return self.status == TESSERA_PNG_OK ? TESSERA_PNG_OTHER : self.status;
  }
  png_infop info = png_create_info_struct(png);
  if (info == NULL) {
    report(&self, "libpng could not start");
    self.status = TESSERA_PNG_MEMORY;
  } else {
    write_guarded(&self, png, info, samples, width, height, format, palette, palette_count);
  }
  png_destroy_write_struct(&png, info == NULL ? NULL : &info);
  if (self.status == TESSERA_PNG_OK)
    *result = self.written;
  else
    free(self.written.bytes);
  return self.status;
}

void tessera_png_free(tessera_png_bytes bytes) { free(bytes.bytes); }

const char *tessera_png_version(void) { return png_get_libpng_ver(NULL); }
