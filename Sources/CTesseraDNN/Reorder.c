#include "Primitive.h"

typedef struct {
  tessera_map from, to;
} reorder;

static dnnl_status_t prepare(const void *description, tessera_primitive *r) {
  const reorder *d = description;
  dnnl_memory_desc_t from = tessera_map_desc(&d->from), to = tessera_map_desc(&d->to);
  dnnl_primitive_desc_t pd;
  dnnl_primitive_attr_t attr;
  TESSERA_TRY(dnnl_primitive_attr_create(&attr));
  dnnl_status_t status = dnnl_primitive_attr_set_scratchpad_mode(attr, dnnl_scratchpad_mode_user);
  if (status == dnnl_success)
    status = dnnl_reorder_primitive_desc_create(&pd, &from, tessera_engine(), &to, tessera_engine(), attr);
  dnnl_primitive_attr_destroy(attr);
  TESSERA_TRY(status);
  TESSERA_TRY(tessera_argument_add(r, DNNL_ARG_FROM, 0, from, &from));
  TESSERA_TRY(tessera_argument_add(r, DNNL_ARG_TO, 1, to, &to));
  return tessera_primitive_finish(r, pd);
}

int tessera_reorder(const tessera_map *from, const void *x, const tessera_map *to, void *y) {
  reorder d = {*from, *to};
  tessera_primitive *p;
  TESSERA_TRY(tessera_primitive_find(TESSERA_REORDER, &d, sizeof d, prepare, &p));
  void *buffers[] = {(void *)x, y};
  return tessera_primitive_run(p, buffers);
}
