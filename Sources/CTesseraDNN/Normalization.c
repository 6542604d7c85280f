#include "Primitive.h"

static unsigned flags(const tessera_normalization *d) {
  return dnnl_use_scale | dnnl_use_shift | (d->relu ? dnnl_fuse_norm_relu : 0) |
         (d->training ? 0 : dnnl_use_global_stats);
}

static dnnl_status_t forward_desc(const tessera_normalization *d, dnnl_primitive_desc_t *pd) {
  dnnl_memory_desc_t map = tessera_map_desc(&d->map);
  dnnl_batch_normalization_desc_t op;
  TESSERA_TRY(dnnl_batch_normalization_forward_desc_init(&op, dnnl_forward_training, &map, d->epsilon, flags(d)));
  return tessera_primitive_desc(pd, &op, NULL, dnnl_alg_kind_undef);
}

static dnnl_status_t add_common(const tessera_normalization *d, tessera_primitive *r, dnnl_primitive_desc_t pd,
                                int forward) {
  dnnl_memory_desc_t map = tessera_map_desc(&d->map), channels = tessera_vector_desc(d->map.c);
  TESSERA_TRY(tessera_argument_add(r, DNNL_ARG_SRC, 0, map, &map));
  TESSERA_TRY(tessera_argument_add(r, DNNL_ARG_MEAN, forward && d->training, channels, &channels));
  TESSERA_TRY(tessera_argument_add(r, DNNL_ARG_VARIANCE, forward && d->training, channels, &channels));
  TESSERA_TRY(tessera_argument_add(r, DNNL_ARG_SCALE, 0, channels, &channels));
  TESSERA_TRY(tessera_argument_add(r, DNNL_ARG_SHIFT, 0, channels, &channels));
  if (forward) {
    TESSERA_TRY(tessera_argument_add(r, DNNL_ARG_DST, 1, map, &map));
  } else {
    TESSERA_TRY(tessera_argument_add(r, DNNL_ARG_DIFF_DST, 0, map, &map));
    TESSERA_TRY(tessera_argument_add(r, DNNL_ARG_DIFF_SRC, 1, map, &map));
    TESSERA_TRY(tessera_argument_add(r, DNNL_ARG_DIFF_SCALE, 1, channels, &channels));
    TESSERA_TRY(tessera_argument_add(r, DNNL_ARG_DIFF_SHIFT, 1, channels, &channels));
  }
  const dnnl_memory_desc_t *md = dnnl_primitive_desc_query_md(pd, dnnl_query_workspace_md, 0);
  if (dnnl_memory_desc_get_size(md)) TESSERA_TRY(tessera_argument_add(r, DNNL_ARG_WORKSPACE, forward, *md, md));
  return dnnl_success;
}

static dnnl_status_t prepare_forward(const void *description, tessera_primitive *r, dnnl_primitive_desc_t *pd) {
  const tessera_normalization *d = description;
  TESSERA_TRY(forward_desc(d, pd));
  return add_common(d, r, *pd, 1);
}

static dnnl_status_t prepare_backward(const void *description, tessera_primitive *r, dnnl_primitive_desc_t *pd) {
  const tessera_normalization *d = description;
  dnnl_primitive_desc_t hint;
  TESSERA_TRY(forward_desc(d, &hint));
  dnnl_memory_desc_t map = tessera_map_desc(&d->map);
  dnnl_batch_normalization_desc_t op;
  dnnl_status_t status =
      dnnl_batch_normalization_backward_desc_init(&op, dnnl_backward, &map, &map, d->epsilon, flags(d));
  if (status == dnnl_success) status = tessera_primitive_desc(pd, &op, hint, dnnl_alg_kind_undef);
  dnnl_primitive_desc_destroy(hint);
  TESSERA_TRY(status);
  return add_common(d, r, *pd, 0);
}

int tessera_normalization_workspace_bytes(const tessera_normalization *d, size_t *bytes) {
  tessera_primitive *p;
  TESSERA_TRY(tessera_primitive_find(TESSERA_NORMALIZATION_FORWARD, d, sizeof *d, prepare_forward, &p));
  *bytes = dnnl_memory_desc_get_size(&p->workspace);
  tessera_primitive_release(p);
  return dnnl_success;
}

int tessera_normalization_forward(const tessera_normalization *d, const float *x, const float *scale,
                                  const float *shift, float *mean, float *variance, float *y, void *workspace) {
  tessera_primitive *p;
  TESSERA_TRY(tessera_primitive_find(TESSERA_NORMALIZATION_FORWARD, d, sizeof *d, prepare_forward, &p));
  void *buffers[] = {(void *)x, mean, variance, (void *)scale, (void *)shift, y, workspace};
  return tessera_primitive_run(p, buffers);
}

int tessera_normalization_backward(const tessera_normalization *d, const float *x, const float *dy, const float *scale,
                                   const float *shift, const float *mean, const float *variance, const void *workspace,
                                   float *dx, float *dscale, float *dshift) {
  tessera_primitive *p;
  TESSERA_TRY(tessera_primitive_find(TESSERA_NORMALIZATION_BACKWARD, d, sizeof *d, prepare_backward, &p));
  void *buffers[] = {(void *)x,  (void *)mean, (void *)variance, (void *)scale,    (void *)shift,
                     (void *)dy, dx,           dscale,           dshift,           (void *)workspace};
  return tessera_primitive_run(p, buffers);
}
