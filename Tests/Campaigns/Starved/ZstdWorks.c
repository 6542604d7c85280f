#include <CTesseraZstd.h>
#include <stdint.h>
#include <string.h>

#include "Work.h"

enum { LENGTH = 8 << 10 };

static uint8_t plain[LENGTH], wire[LENGTH];
static size_t wire_length;

static int encode(unsigned char *result) {
  for (size_t i = 0; i < LENGTH; i++) plain[i] = (uint8_t)(i * i % 251 % 16);
  tessera_zstd_encoder *encoder = tessera_zstd_encoder_create(3);
  if (encoder == NULL) return TESSERA_ZSTD_FAILED;
  int status = tessera_zstd_encode(encoder, plain, LENGTH, result, LENGTH, &wire_length);
  tessera_zstd_encoder_free(encoder);
  return status;
}

// A context that failed for want of memory codes the next chunk.
static int encode_again(unsigned char *result) {
  tessera_zstd_encoder *encoder = tessera_zstd_encoder_create(1);
  if (encoder == NULL) return TESSERA_ZSTD_FAILED;
  size_t count;
  int status = tessera_zstd_encode(encoder, plain, LENGTH, result, LENGTH, &count);
  if (status != TESSERA_ZSTD_OK) status = tessera_zstd_encode(encoder, plain, LENGTH, result, LENGTH, &count);
  tessera_zstd_encoder_free(encoder);
  return status;
}

static int make_wire(void) { return encode(wire); }

static int decode(unsigned char *result) {
  tessera_zstd_decoder *decoder = tessera_zstd_decoder_create();
  if (decoder == NULL) return TESSERA_ZSTD_FAILED;
  int status = tessera_zstd_decode(decoder, wire, wire_length, result, LENGTH, LENGTH);
  tessera_zstd_decoder_free(decoder);
  return status;
}

const work zstd_works[] = {
    {"zstd, written", nothing_to_prepare, encode},
    {"zstd, written by a context that failed", make_wire, encode_again},
    {"zstd, read", make_wire, decode},
};
const size_t zstd_work_count = sizeof zstd_works / sizeof *zstd_works;
