#include "Primitive.h"

typedef struct {
  tessera_map from, to;
} reorder;

static dnnl_status_t prepare(const void *description, tessera_primitive *r, dnnl_primitive_desc_t *pd) {
  const reorder *d = description;
  dnnl_memory_desc_t from = tessera_map_desc(&d->from), to = tessera_map_desc(&d->to);
  TESSERA_TRY(tessera_reorder_desc(pd, &from, &to));
  TESSERA_TRY(tessera_argument_add(r, DNNL_ARG_FROM, 0, from, &from));
  return tessera_argument_add(r, DNNL_ARG_TO, 1, to, &to);
}

int tessera_reorder(const tessera_map *from, const void *x, const tessera_map *to, void *y) {
  reorder d = {*from, *to};
  tessera_primitive *p;
  TESSERA_TRY(tessera_primitive_find(TESSERA_REORDER, &d, sizeof d, prepare, &p));
  void *buffers[] = {(void *)x, y};
  return tessera_primitive_run(p, buffers);
}
