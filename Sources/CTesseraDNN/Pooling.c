#include "Primitive.h"

static int64_t after(int64_t in, int64_t out, int64_t kernel, int64_t stride, int64_t pad) {
  return (out - 1) * stride + kernel - in - pad;
}

static dnnl_alg_kind_t algorithm(const tessera_pooling *d) {
  if (d->kind == TESSERA_POOL_MAX) return dnnl_pooling_max;
  return d->counts_padding ? dnnl_pooling_avg_include_padding : dnnl_pooling_avg_exclude_padding;
}

typedef struct {
  dnnl_memory_desc_t source, destination;
  dnnl_dims_t strides, kernel, padding, padding_after;
} plan;

static plan make_plan(const tessera_pooling *d) {
  plan p = {tessera_map_desc(&d->source), tessera_map_desc(&d->destination), {d->stride_h, d->stride_w},
            {d->kernel_h, d->kernel_w},   {d->pad_h, d->pad_w},
            {after(d->source.h, d->destination.h, d->kernel_h, d->stride_h, d->pad_h),
             after(d->source.w, d->destination.w, d->kernel_w, d->stride_w, d->pad_w)}};
  return p;
}

static dnnl_status_t forward_desc(const tessera_pooling *d, plan *p, dnnl_primitive_desc_t *pd) {
  dnnl_pooling_desc_t op;
  TESSERA_TRY(dnnl_pooling_forward_desc_init(&op, dnnl_forward_training, algorithm(d), &p->source, &p->destination,
                                             p->strides, p->kernel, p->padding, p->padding_after));
  return tessera_primitive_desc(pd, &op, NULL, dnnl_alg_kind_undef);
}

static dnnl_status_t add_workspace(tessera_primitive *r, dnnl_primitive_desc_t pd, int is_output) {
  const dnnl_memory_desc_t *md = dnnl_primitive_desc_query_md(pd, dnnl_query_workspace_md, 0);
  if (dnnl_memory_desc_get_size(md) == 0) return dnnl_success;
  return tessera_argument_add(r, DNNL_ARG_WORKSPACE, is_output, *md, md);
}

static dnnl_status_t prepare_forward(const void *description, tessera_primitive *r, dnnl_primitive_desc_t *pd) {
  const tessera_pooling *d = description;
  plan p = make_plan(d);
  TESSERA_TRY(forward_desc(d, &p, pd));
  TESSERA_TRY(tessera_argument_add(r, DNNL_ARG_SRC, 0, p.source, &p.source));
  TESSERA_TRY(tessera_argument_add(r, DNNL_ARG_DST, 1, p.destination, &p.destination));
  return add_workspace(r, *pd, 1);
}

static dnnl_status_t prepare_backward(const void *description, tessera_primitive *r, dnnl_primitive_desc_t *pd) {
  const tessera_pooling *d = description;
  plan p = make_plan(d);
  dnnl_primitive_desc_t hint;
  TESSERA_TRY(forward_desc(d, &p, &hint));
  dnnl_pooling_desc_t op;
  dnnl_status_t status = dnnl_pooling_backward_desc_init(&op, algorithm(d), &p.source, &p.destination, p.strides,
                                                         p.kernel, p.padding, p.padding_after);
  if (status == dnnl_success) status = tessera_primitive_desc(pd, &op, hint, dnnl_alg_kind_undef);
  dnnl_primitive_desc_destroy(hint);
  TESSERA_TRY(status);
  TESSERA_TRY(tessera_argument_add(r, DNNL_ARG_DIFF_DST, 0, p.destination, &p.destination));
  TESSERA_TRY(tessera_argument_add(r, DNNL_ARG_DIFF_SRC, 1, p.source, &p.source));
  return add_workspace(r, *pd, 0);
}

int tessera_pooling_workspace_bytes(const tessera_pooling *d, size_t *bytes) {
  tessera_primitive *p;
  TESSERA_TRY(tessera_primitive_find(TESSERA_POOLING_FORWARD, d, sizeof *d, prepare_forward, &p));
  *bytes = dnnl_memory_desc_get_size(&p->workspace);
  tessera_primitive_release(p);
  return dnnl_success;
}

int tessera_pooling_forward(const tessera_pooling *d, const float *x, float *y, void *workspace) {
  tessera_primitive *p;
  TESSERA_TRY(tessera_primitive_find(TESSERA_POOLING_FORWARD, d, sizeof *d, prepare_forward, &p));
  void *buffers[] = {(void *)x, y, workspace};
  return tessera_primitive_run(p, buffers);
}

int tessera_pooling_backward(const tessera_pooling *d, const float *dy, const void *workspace, float *dx) {
  tessera_primitive *p;
  TESSERA_TRY(tessera_primitive_find(TESSERA_POOLING_BACKWARD, d, sizeof *d, prepare_backward, &p));
  void *buffers[] = {(void *)dy, dx, (void *)workspace};
  return tessera_primitive_run(p, buffers);
}
