#include <string.h>

#include "CTesseraKernels.h"
#include "Parallel.h"

enum { GRAIN = 1 << 18 };

typedef struct {
  char *to;
  const char *from;
  size_t to_stride, from_stride, run;
} runs;

// Bytes first ..< last of the runs, counted as if they lay end to end.
static void copy(void *context, size_t first, size_t last) {
  runs r = *(runs *)context;
  while (first < last) {
    size_t i = first / r.run, within = first % r.run;
    size_t length = r.run - within < last - first ? r.run - within : last - first;
    memcpy(r.to + i * r.to_stride + within, r.from + i * r.from_stride + within, length);
    first += length;
  }
}

void tessera_copy_runs(void *to, size_t to_stride, const void *from, size_t from_stride, size_t run, size_t count) {
  if (run == 0) return;
  runs r = {to, from, to_stride, from_stride, run};
  tessera_parallel(run * count, GRAIN, copy, &r);
}
