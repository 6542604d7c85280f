#include "CTesseraKernels.h"
#include "Parallel.h"
#include "Vector16.h"

enum { GRAIN = 1 << 18 };

typedef struct {
  char *to;
  const char *from;
  size_t to_stride, from_stride, run;
} runs;

TESSERA_INLINE void copy_past_caches(char *to, const char *from, size_t bytes) {
  for (size_t k = 0; k < bytes / sizeof(float); k += 16) put16(to, k, load16(from, k, F32), F32, 1);
}

// Bytes first ..< last of the runs, counted as if they lay end to end.
TESSERA_INLINE void copy(const runs *r, size_t first, size_t last, int passes) {
  while (first < last) {
    size_t i = first / r->run, within = first % r->run;
    size_t length = r->run - within < last - first ? r->run - within : last - first;
    char *to = r->to + i * r->to_stride + within;
    const char *from = r->from + i * r->from_stride + within;
    if (passes) copy_past_caches(to, from, length);
    else memcpy(to, from, length);
    first += length;
  }
  if (passes) settle_stores();
}

static void copy_bytes(void *context, size_t first, size_t last) { copy(context, first, last, 0); }
TESSERA_CLONES static void copy_vectors(void *context, size_t first, size_t last) { copy(context, first, last, 1); }

void tessera_copy_runs(void *to, size_t to_stride, const void *from, size_t from_stride, size_t run, size_t count) {
  if (run == 0) return;
  runs r = {to, from, to_stride, from_stride, run};
  int is_aligned = ((uintptr_t)to | to_stride | run) % sizeof(vector16) == 0;
  int passes = is_aligned && passes_caches(run * count / sizeof(float), F32);
  tessera_parallel(run * count, GRAIN, passes ? copy_vectors : copy_bytes, &r);
}
