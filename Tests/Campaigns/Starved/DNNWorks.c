#include <CTesseraDNN.h>
#include <stdint.h>
#include <string.h>

#include "Work.h"

enum { BATCH = 1, IN = 16, OUT = 16, SIDE = 6, HALF = SIDE / 2, KERNEL = 3 };
enum { MAP = BATCH * IN * SIDE * SIDE, SMALL = BATCH * IN * HALF * HALF, WEIGHTS = OUT * IN * KERNEL * KERNEL };

static float x[MAP], small[SMALL], w[WEIGHTS], channels[OUT];

static int make_inputs(void) {
  for (size_t i = 0; i < MAP; i++) x[i] = (float)(i % 7) - 3;
  for (size_t i = 0; i < SMALL; i++) small[i] = (float)(i % 5) - 2;
  for (size_t i = 0; i < WEIGHTS; i++) w[i] = (float)(i % 3) - 1;
  for (size_t i = 0; i < OUT; i++) channels[i] = (float)i + 1;
  return 0;
}

static const tessera_map rows = {BATCH, IN, SIDE, SIDE, TESSERA_ROWS, TESSERA_F32};
static const tessera_map blocked = {BATCH, IN, SIDE, SIDE, TESSERA_BLOCKED, TESSERA_F32};
static const tessera_map half = {BATCH, IN, HALF, HALF, TESSERA_ROWS, TESSERA_F32};

static tessera_convolution convolution(tessera_map map) {
  return (tessera_convolution){
      .source = map, .destination = map, .kernel_h = KERNEL, .kernel_w = KERNEL, .stride_h = 1, .stride_w = 1,
      .pad_h = 1, .pad_w = 1, .dilation_h = 1, .dilation_w = 1, .groups = 1, .has_bias = 1,
      .activation = TESSERA_DNN_RELU};
}

static int forward(unsigned char *result) {
  tessera_convolution d = convolution(blocked);
  return tessera_convolution_forward(&d, x, w, channels, result);
}

static int forward_arranged(unsigned char *result) {
  tessera_convolution d = convolution(blocked);
  static float arranged[4 * WEIGHTS];
  size_t bytes;
  uint64_t identity;
  d.is_arranged = 1;
  int status = tessera_convolution_arrangement(&d, &bytes, &identity);
  if (status == 0 && bytes > sizeof arranged) return -1;
  if (status == 0) status = tessera_convolution_arrange(&d, w, arranged);
  return status ? status : tessera_convolution_forward(&d, x, arranged, channels, result);
}

static int backward_data(unsigned char *result) {
  tessera_convolution d = convolution(blocked);
  return tessera_convolution_backward_data(&d, x, w, result);
}

static int backward_weights(unsigned char *result) {
  tessera_convolution d = convolution(blocked);
  float *dw = (float *)result;
  return tessera_convolution_backward_weights(&d, x, x, dw, dw + WEIGHTS);
}

static int pooling(unsigned char *result) {
  tessera_pooling d = {.source = rows, .destination = half, .kernel_h = 2, .kernel_w = 2, .stride_h = 2,
                       .stride_w = 2, .kind = TESSERA_POOL_MAX};
  static uint8_t workspace[16 * SMALL];
  size_t bytes;
  float *y = (float *)result;
  int status = tessera_pooling_workspace_bytes(&d, &bytes);
  if (status == 0 && bytes > sizeof workspace) return -1;
  if (status == 0) status = tessera_pooling_forward(&d, x, y, workspace);
  return status ? status : tessera_pooling_backward(&d, small, workspace, y + SMALL);
}

static int normalization(unsigned char *result) {
  tessera_normalization d = {.map = rows, .epsilon = 1e-5f, .relu = 1, .training = 1};
  static uint8_t workspace[16 * MAP];
  size_t bytes;
  float mean[OUT], variance[OUT], scale[OUT], shift[OUT], *y = (float *)result;
  int status = tessera_normalization_workspace_bytes(&d, &bytes);
  if (status == 0 && bytes > sizeof workspace) return -1;
  if (status == 0)
    status = tessera_normalization_forward(&d, x, channels, channels, mean, variance, y, workspace);
  if (status == 0)
    status = tessera_normalization_backward(
        &d, x, x, channels, channels, mean, variance, workspace, y + MAP, scale, shift);
  return status;
}

static int resampling(unsigned char *result) {
  tessera_resampling d = {.source = half, .destination = rows, .kind = TESSERA_BILINEAR};
  float *y = (float *)result;
  int status = tessera_resampling_forward(&d, small, y);
  return status ? status : tessera_resampling_backward(&d, x, y + MAP);
}

static int reorder(unsigned char *result) { return tessera_reorder(&rows, x, &blocked, result); }

const work dnn_works[] = {
    {"convolution", make_inputs, forward},
    {"convolution of arranged weights", make_inputs, forward_arranged},
    {"gradient of the convolved map", make_inputs, backward_data},
    {"gradient of the weights", make_inputs, backward_weights},
    {"pooling and its gradient", make_inputs, pooling},
    {"normalisation and its gradient", make_inputs, normalization},
    {"resampling and its gradient", make_inputs, resampling},
    {"another layout", make_inputs, reorder},
};
const size_t dnn_work_count = sizeof dnn_works / sizeof *dnn_works;
