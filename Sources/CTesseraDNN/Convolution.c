#include <string.h>

#include "Primitive.h"

typedef struct {
  dnnl_memory_desc_t source, weights, bias, destination;  // as the caller holds them
  dnnl_memory_desc_t any;                                 // weights in whatever layout the algorithm likes
  dnnl_memory_desc_t any_gradient;                        // and their gradient, which is f32
  dnnl_dims_t strides, dilations, padding, padding_after;
} plan;

// Padding after the map is what makes the output size come out, so that odd sizes with a stride need no special case.
static int64_t after(int64_t in, int64_t out, int64_t kernel, int64_t stride, int64_t dilation, int64_t pad) {
  return (out - 1) * stride + (kernel - 1) * dilation + 1 - in - pad;
}

static plan make_plan(const tessera_convolution *d) {
  plan p;
  memset(&p, 0, sizeof p);
  p.source = tessera_map_desc(&d->source);
  p.destination = tessera_map_desc(&d->destination);
  p.bias = tessera_vector_desc(d->destination.c);
  int64_t in = d->source.c / d->groups, out = d->destination.c / d->groups;
  dnnl_dims_t grouped = {d->groups, out, in, d->kernel_h, d->kernel_w}, plain = {out, in, d->kernel_h, d->kernel_w};
  int rank = d->groups > 1 ? 5 : 4;
  const int64_t *dims = d->groups > 1 ? grouped : plain;
  dnnl_memory_desc_init_by_tag(&p.weights, rank, dims, dnnl_f32, d->groups > 1 ? dnnl_goihw : dnnl_oihw);
  dnnl_data_type_t type = d->source.precision == TESSERA_BF16 ? dnnl_bf16 : dnnl_f32;
  dnnl_memory_desc_init_by_tag(&p.any, rank, dims, type, dnnl_format_tag_any);
  dnnl_memory_desc_init_by_tag(&p.any_gradient, rank, dims, dnnl_f32, dnnl_format_tag_any);
  p.strides[0] = d->stride_h;
  p.strides[1] = d->stride_w;
  p.dilations[0] = d->dilation_h - 1;
  p.dilations[1] = d->dilation_w - 1;
  p.padding[0] = d->pad_h;
  p.padding[1] = d->pad_w;
  p.padding_after[0] = after(d->source.h, d->destination.h, d->kernel_h, d->stride_h, d->dilation_h, d->pad_h);
  p.padding_after[1] = after(d->source.w, d->destination.w, d->kernel_w, d->stride_w, d->dilation_w, d->pad_w);
  return p;
}

static dnnl_status_t forward_desc(const tessera_convolution *d, plan *p, dnnl_primitive_desc_t *pd) {
  dnnl_convolution_desc_t op;
  dnnl_prop_kind_t kind = d->is_arranged ? dnnl_forward_inference : dnnl_forward_training;
  TESSERA_TRY(dnnl_dilated_convolution_forward_desc_init(&op, kind, dnnl_convolution_direct, &p->source, &p->any,
                                                         d->has_bias ? &p->bias : NULL, &p->destination, p->strides,
                                                         p->dilations, p->padding, p->padding_after));
  static const dnnl_alg_kind_t activations[] = {dnnl_alg_kind_undef, dnnl_eltwise_relu, dnnl_eltwise_hardswish};
  return tessera_primitive_desc(pd, &op, NULL, activations[d->activation]);
}

static dnnl_status_t prepare_forward(const void *description, tessera_primitive *r, dnnl_primitive_desc_t *pd) {
  const tessera_convolution *d = description;
  plan p = make_plan(d);
  TESSERA_TRY(forward_desc(d, &p, pd));
  TESSERA_TRY(tessera_argument_add(r, DNNL_ARG_SRC, 0, p.source, &p.source));
  const dnnl_memory_desc_t *wanted = dnnl_primitive_desc_query_md(*pd, dnnl_query_weights_md, 0);
  TESSERA_TRY(tessera_argument_add(r, DNNL_ARG_WEIGHTS, 0, d->is_arranged ? *wanted : p.weights, wanted));
  TESSERA_TRY(tessera_argument_add(r, DNNL_ARG_DST, 1, p.destination, &p.destination));
  return d->has_bias ? tessera_argument_add(r, DNNL_ARG_BIAS, 0, p.bias, &p.bias) : dnnl_success;
}

static dnnl_status_t prepare_backward_data(const void *description, tessera_primitive *r, dnnl_primitive_desc_t *pd) {
  const tessera_convolution *d = description;
  plan p = make_plan(d);
  dnnl_primitive_desc_t hint;
  TESSERA_TRY(forward_desc(d, &p, &hint));
  dnnl_convolution_desc_t op;
  dnnl_status_t status = dnnl_dilated_convolution_backward_data_desc_init(
      &op, dnnl_convolution_direct, &p.source, &p.any, &p.destination, p.strides, p.dilations, p.padding,
      p.padding_after);
  if (status == dnnl_success) status = tessera_primitive_desc(pd, &op, hint, dnnl_alg_kind_undef);
  dnnl_primitive_desc_destroy(hint);
  TESSERA_TRY(status);
  TESSERA_TRY(tessera_argument_add(r, DNNL_ARG_DIFF_DST, 0, p.destination, &p.destination));
  TESSERA_TRY(tessera_argument_add(r, DNNL_ARG_WEIGHTS, 0, p.weights,
                                   dnnl_primitive_desc_query_md(*pd, dnnl_query_weights_md, 0)));
  return tessera_argument_add(r, DNNL_ARG_DIFF_SRC, 1, p.source, &p.source);
}

static dnnl_status_t prepare_backward_weights(const void *description, tessera_primitive *r,
                                              dnnl_primitive_desc_t *pd) {
  const tessera_convolution *d = description;
  plan p = make_plan(d);
  dnnl_primitive_desc_t hint;
  TESSERA_TRY(forward_desc(d, &p, &hint));
  dnnl_convolution_desc_t op;
  dnnl_status_t status = dnnl_dilated_convolution_backward_weights_desc_init(
      &op, dnnl_convolution_direct, &p.source, &p.any_gradient, d->has_bias ? &p.bias : NULL, &p.destination, p.strides,
      p.dilations, p.padding, p.padding_after);
  if (status == dnnl_success) status = tessera_primitive_desc(pd, &op, hint, dnnl_alg_kind_undef);
  dnnl_primitive_desc_destroy(hint);
  TESSERA_TRY(status);
  TESSERA_TRY(tessera_argument_add(r, DNNL_ARG_SRC, 0, p.source, &p.source));
  TESSERA_TRY(tessera_argument_add(r, DNNL_ARG_DIFF_DST, 0, p.destination, &p.destination));
  TESSERA_TRY(tessera_argument_add(r, DNNL_ARG_DIFF_WEIGHTS, 1, p.weights,
                                   dnnl_primitive_desc_query_md(*pd, dnnl_query_diff_weights_md, 0)));
  return d->has_bias ? tessera_argument_add(r, DNNL_ARG_DIFF_BIAS, 1, p.bias, &p.bias) : dnnl_success;
}

// A reorder from the weights as they are held to what the forward pass wants.
static dnnl_status_t prepare_arrangement(const void *description, tessera_primitive *r, dnnl_primitive_desc_t *pd) {
  const tessera_convolution *d = description;
  plan p = make_plan(d);
  dnnl_primitive_desc_t forward;
  TESSERA_TRY(forward_desc(d, &p, &forward));
  dnnl_memory_desc_t wanted = *dnnl_primitive_desc_query_md(forward, dnnl_query_weights_md, 0);
  dnnl_primitive_desc_destroy(forward);
  TESSERA_TRY(tessera_reorder_desc(pd, &p.weights, &wanted));
  TESSERA_TRY(tessera_argument_add(r, DNNL_ARG_FROM, 0, p.weights, &p.weights));
  return tessera_argument_add(r, DNNL_ARG_TO, 1, wanted, &wanted);
}

int tessera_convolution_arrangement(const tessera_convolution *d, size_t *bytes, uint64_t *identity) {
  tessera_primitive *p;
  TESSERA_TRY(tessera_primitive_find(TESSERA_CONVOLUTION_ARRANGEMENT, d, sizeof *d, prepare_arrangement, &p));
  const dnnl_memory_desc_t *wanted = &p->arguments[1].wanted;
  *bytes = dnnl_memory_desc_get_size(wanted);
  *identity = tessera_hash(wanted, sizeof *wanted);
  tessera_primitive_release(p);
  return dnnl_success;
}

int tessera_convolution_arrange(const tessera_convolution *d, const float *w, void *arranged) {
  tessera_primitive *p;
  TESSERA_TRY(tessera_primitive_find(TESSERA_CONVOLUTION_ARRANGEMENT, d, sizeof *d, prepare_arrangement, &p));
  void *buffers[] = {(void *)w, arranged};
  return tessera_primitive_run(p, buffers);
}

tessera_support tessera_convolution_support(const tessera_convolution *d, tessera_pass pass) {
  static const struct {
    tessera_kind kind;
    tessera_prepare prepare;
  } passes[] = {{TESSERA_CONVOLUTION_FORWARD, prepare_forward},
                {TESSERA_CONVOLUTION_BACKWARD_DATA, prepare_backward_data},
                {TESSERA_CONVOLUTION_BACKWARD_WEIGHTS, prepare_backward_weights}};
  tessera_primitive *p;
  if (tessera_primitive_find(passes[pass].kind, d, sizeof *d, passes[pass].prepare, &p) != dnnl_success)
    return TESSERA_UNSUPPORTED;
  int is_reference = p->is_reference;
  tessera_primitive_release(p);
  return is_reference ? TESSERA_REFERENCE : TESSERA_OPTIMIZED;
}

int tessera_convolution_forward(const tessera_convolution *d, const void *x, const void *w, const float *bias,
                                void *y) {
  tessera_primitive *p;
  TESSERA_TRY(tessera_primitive_find(TESSERA_CONVOLUTION_FORWARD, d, sizeof *d, prepare_forward, &p));
  void *buffers[] = {(void *)x, (void *)w, y, (void *)bias};
  return tessera_primitive_run(p, buffers);
}

int tessera_convolution_backward_data(const tessera_convolution *d, const void *dy, const float *w, void *dx) {
  tessera_primitive *p;
  TESSERA_TRY(tessera_primitive_find(TESSERA_CONVOLUTION_BACKWARD_DATA, d, sizeof *d, prepare_backward_data, &p));
  void *buffers[] = {(void *)dy, (void *)w, dx};
  return tessera_primitive_run(p, buffers);
}

int tessera_convolution_backward_weights(const tessera_convolution *d, const void *x, const void *dy, float *dw,
                                         float *dbias) {
  tessera_primitive *p;
  TESSERA_TRY(tessera_primitive_find(TESSERA_CONVOLUTION_BACKWARD_WEIGHTS, d, sizeof *d, prepare_backward_weights, &p));
  void *buffers[] = {(void *)x, (void *)dy, dw, dbias};
  return tessera_primitive_run(p, buffers);
}
