#include <string.h>

#include "Primitive.h"

// A copy between a part and a run of channels of a whole; `inserts` says which of the two is written.
// A plain change of layout is the run that is everything.
typedef struct {
  tessera_map part, whole;
  int32_t first, inserts;
} channel_copy;

static dnnl_status_t prepare(const void *description, tessera_primitive *r) {
  const channel_copy *d = description;
  dnnl_memory_desc_t part = tessera_map_desc(&d->part), whole = tessera_map_desc(&d->whole), run = whole;
  if (d->first != 0 || d->part.c != d->whole.c) {
    dnnl_dims_t dims = {d->part.n, d->part.c, d->part.h, d->part.w}, offsets = {0, d->first, 0, 0};
    TESSERA_TRY(dnnl_memory_desc_init_submemory(&run, &whole, dims, offsets));
  }
  const dnnl_memory_desc_t *from = d->inserts ? &part : &run, *to = d->inserts ? &run : &part;
  dnnl_primitive_desc_t pd;
  dnnl_primitive_attr_t attr;
  TESSERA_TRY(dnnl_primitive_attr_create(&attr));
  dnnl_status_t status = dnnl_primitive_attr_set_scratchpad_mode(attr, dnnl_scratchpad_mode_user);
  if (status == dnnl_success)
    status = dnnl_reorder_primitive_desc_create(&pd, from, tessera_engine(), to, tessera_engine(), attr);
  dnnl_primitive_attr_destroy(attr);
  TESSERA_TRY(status);
  TESSERA_TRY(tessera_argument_add(r, DNNL_ARG_FROM, 0, *from, from));
  TESSERA_TRY(tessera_argument_add(r, DNNL_ARG_TO, 1, *to, to));
  return tessera_primitive_finish(r, pd);
}

static int run(const channel_copy *d, const void *x, void *y) {
  tessera_primitive *p;
  TESSERA_TRY(tessera_primitive_find(TESSERA_REORDER, d, sizeof *d, prepare, &p));
  void *buffers[] = {(void *)x, y};
  return tessera_primitive_run(p, buffers);
}

int tessera_reorder(const tessera_map *from, const void *x, const tessera_map *to, void *y) {
  channel_copy d = {*to, *from, 0, 0};
  return run(&d, x, y);
}

int tessera_channels_insert(const tessera_map *part, const void *x, const tessera_map *whole, int32_t first,
                            void *y) {
  channel_copy d = {*part, *whole, first, 1};
  return run(&d, x, y);
}

int tessera_channels_extract(const tessera_map *whole, const void *x, int32_t first, const tessera_map *part,
                             void *y) {
  channel_copy d = {*part, *whole, first, 0};
  return run(&d, x, y);
}
