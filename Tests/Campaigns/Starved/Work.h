// What the shims are asked to do while memory is short.
#pragma once
#include <stddef.h>

enum { RESULT_BYTES = 1 << 14 };

typedef struct {
  const char *name;
  // Makes what the work begins with while memory is there.
  int (*prepare)(void);
  // Does it all, writes what came out to RESULT_BYTES zeros, and returns 0; or an error.
  int (*attempt)(unsigned char *result);
} work;

int nothing_to_prepare(void);

extern const work png_works[], zstd_works[], dnn_works[];
extern const size_t png_work_count, zstd_work_count, dnn_work_count;
