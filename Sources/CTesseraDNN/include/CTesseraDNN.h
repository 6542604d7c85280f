// oneDNN as functions of explicit descriptions: every call names shapes and layouts, finds or prepares the primitive
// for them in a cache, and runs it. All oneDNN types stay behind this header, since versions 2 and 3 differ.
//
// Every function returns 0, or a dnnl_status_t where oneDNN refused the description, or where there is no memory: asked
// again, the same call may then succeed.
#pragma once
#include <stddef.h>
#include <stdint.h>

static const int32_t TESSERA_DNN_NO_MEMORY = 1;

// How each number is stored.
typedef enum { TESSERA_F32 = 0, TESSERA_BF16 = 1 } tessera_precision;

// How a 4-D map [n, c, h, w] lies in memory.
typedef enum {
  TESSERA_ROWS = 0,           // n, c, h, w: w runs fastest
  TESSERA_CHANNELS_LAST = 1,  // n, h, w, c
  TESSERA_BLOCKED = 2,        // n, c/16, h, w, 16: the last block is padded with zeros
} tessera_layout;

typedef struct {
  int32_t n, c, h, w;
  int32_t layout, precision;
} tessera_map;

typedef enum { TESSERA_DNN_IDENTITY = 0, TESSERA_DNN_RELU = 1, TESSERA_DNN_HARD_SWISH = 2 } tessera_dnn_activation;

// Weights are f32 in rows [out, in / groups, kernel_h, kernel_w]; a dilation of 1 is none.
typedef struct {
  tessera_map source, destination;
  int32_t kernel_h, kernel_w, stride_h, stride_w, pad_h, pad_w, dilation_h, dilation_w, groups;
  int32_t has_bias;
  int32_t activation;  // applied to the result of the forward pass
  int32_t is_arranged;  // 1: the forward pass takes weights as `tessera_convolution_arrange` left them
} tessera_convolution;

typedef enum { TESSERA_UNSUPPORTED = 0, TESSERA_REFERENCE = 1, TESSERA_OPTIMIZED = 2 } tessera_support;

typedef enum {
  TESSERA_PASS_FORWARD = 0,
  TESSERA_PASS_INPUT_GRADIENT = 1,
  TESSERA_PASS_WEIGHT_GRADIENT = 2,
} tessera_pass;

// How one pass is supported: a reference implementation is right but slow.
tessera_support tessera_convolution_support(const tessera_convolution *d, tessera_pass pass);
int tessera_convolution_forward(const tessera_convolution *d, const void *x, const void *w, const float *bias,
                                void *y);
// Weights as the forward pass wants them: how many bytes, and a number that is equal where the arrangement is.
int tessera_convolution_arrangement(const tessera_convolution *d, size_t *bytes, uint64_t *identity);
int tessera_convolution_arrange(const tessera_convolution *d, const float *w, void *arranged);
int tessera_convolution_backward_data(const tessera_convolution *d, const void *dy, const float *w, void *dx);
int tessera_convolution_backward_weights(const tessera_convolution *d, const void *x, const void *dy, float *dw,
                                         float *dbias);

typedef enum { TESSERA_POOL_MAX = 0, TESSERA_POOL_AVERAGE = 1 } tessera_pooling_kind;

// Averages count the padding (as a zero) where `counts_padding` is 1.
typedef struct {
  tessera_map source, destination;
  int32_t kernel_h, kernel_w, stride_h, stride_w, pad_h, pad_w;
  int32_t kind, counts_padding;
} tessera_pooling;

int tessera_pooling_workspace_bytes(const tessera_pooling *d, size_t *bytes);
int tessera_pooling_forward(const tessera_pooling *d, const float *x, float *y, void *workspace);
int tessera_pooling_backward(const tessera_pooling *d, const float *dy, const void *workspace, float *dx);

typedef struct {
  tessera_map map;
  float epsilon;
  int32_t relu;      // 1: followed by a rectifier, in the same pass
  int32_t training;  // 1: statistics of this batch are computed; 0: given statistics are used
} tessera_normalization;

int tessera_normalization_workspace_bytes(const tessera_normalization *d, size_t *bytes);
// `mean` and `variance` are written where `training`, else read; the variance is the biased one.
int tessera_normalization_forward(const tessera_normalization *d, const float *x, const float *scale,
                                  const float *shift, float *mean, float *variance, float *y, void *workspace);
// `training` 0: mean and variance are constants of the pullback.
int tessera_normalization_backward(const tessera_normalization *d, const float *x, const float *dy, const float *scale,
                                   const float *shift, const float *mean, const float *variance, const void *workspace,
                                   float *dx, float *dscale, float *dshift);

typedef enum { TESSERA_BILINEAR = 0, TESSERA_NEAREST = 1 } tessera_resampling_kind;

typedef struct {
  tessera_map source, destination;
  int32_t kind;
} tessera_resampling;

int tessera_resampling_forward(const tessera_resampling *d, const float *x, float *y);
int tessera_resampling_backward(const tessera_resampling *d, const float *dy, float *dx);

// Copies a map into another layout, another precision or both.
int tessera_reorder(const tessera_map *from, const void *x, const tessera_map *to, void *y);

// Most bytes that one call of this thread needed beside its arguments, and a fresh start of that count.
size_t tessera_work_bytes_peak(void);
void tessera_work_bytes_reset(void);
// Gives this thread's work areas back to the system; they come again as they are needed.
void tessera_work_release(void);

// "2.6.3" and the instruction set that oneDNN chose.
void tessera_dnn_version(int *major, int *minor, int *patch);
const char *tessera_dnn_instruction_set(void);
