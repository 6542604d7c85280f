#include "Primitive.h"

static dnnl_alg_kind_t algorithm(const tessera_resampling *d) {
  return d->kind == TESSERA_BILINEAR ? dnnl_resampling_linear : dnnl_resampling_nearest;
}

static dnnl_status_t forward_desc(const tessera_resampling *d, dnnl_primitive_desc_t *pd) {
  dnnl_memory_desc_t source = tessera_map_desc(&d->source), destination = tessera_map_desc(&d->destination);
  dnnl_resampling_desc_t op;
  TESSERA_TRY(dnnl_resampling_forward_desc_init(&op, dnnl_forward_training, algorithm(d), NULL, &source, &destination));
  return tessera_primitive_desc(pd, &op, NULL, dnnl_alg_kind_undef);
}

static dnnl_status_t prepare_forward(const void *description, tessera_primitive *r, dnnl_primitive_desc_t *pd) {
  const tessera_resampling *d = description;
  dnnl_memory_desc_t source = tessera_map_desc(&d->source), destination = tessera_map_desc(&d->destination);
  TESSERA_TRY(forward_desc(d, pd));
  TESSERA_TRY(tessera_argument_add(r, DNNL_ARG_SRC, 0, source, &source));
  return tessera_argument_add(r, DNNL_ARG_DST, 1, destination, &destination);
}

static dnnl_status_t prepare_backward(const void *description, tessera_primitive *r, dnnl_primitive_desc_t *pd) {
  const tessera_resampling *d = description;
  dnnl_memory_desc_t source = tessera_map_desc(&d->source), destination = tessera_map_desc(&d->destination);
  dnnl_primitive_desc_t hint;
  TESSERA_TRY(forward_desc(d, &hint));
  dnnl_resampling_desc_t op;
  dnnl_status_t status = dnnl_resampling_backward_desc_init(&op, algorithm(d), NULL, &source, &destination);
  if (status == dnnl_success) status = tessera_primitive_desc(pd, &op, hint, dnnl_alg_kind_undef);
  dnnl_primitive_desc_destroy(hint);
  TESSERA_TRY(status);
  TESSERA_TRY(tessera_argument_add(r, DNNL_ARG_DIFF_DST, 0, destination, &destination));
  return tessera_argument_add(r, DNNL_ARG_DIFF_SRC, 1, source, &source);
}

int tessera_resampling_forward(const tessera_resampling *d, const float *x, float *y) {
  tessera_primitive *p;
  TESSERA_TRY(tessera_primitive_find(TESSERA_RESAMPLING_FORWARD, d, sizeof *d, prepare_forward, &p));
  void *buffers[] = {(void *)x, y};
  return tessera_primitive_run(p, buffers);
}

int tessera_resampling_backward(const tessera_resampling *d, const float *dy, float *dx) {
  tessera_primitive *p;
  TESSERA_TRY(tessera_primitive_find(TESSERA_RESAMPLING_BACKWARD, d, sizeof *d, prepare_backward, &p));
  void *buffers[] = {(void *)dy, dx};
  return tessera_primitive_run(p, buffers);
}
