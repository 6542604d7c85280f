// The kernels that no library has, or has only as several passes over memory.
//
// Maps are rows [n, c, p], p = h·w pixels; vectors are any layout whose lanes all take part. Labels are u16 class
// indices; 65535 is void. Every reduction adds fixed-size pieces in a fixed order in double precision, so a result does
// not depend on the number of threads.
#pragma once
#include <stddef.h>
#include <stdint.h>

#define TESSERA_VOID_LABEL 65535

// ---- Threads. The team is libgomp's, which oneDNN uses too: one budget for both.
void tessera_threads_set(int count);
int tessera_threads_get(void);
// Treats denormal numbers as zero on every thread of the calling thread's team.
void tessera_denormals_flush(void);

// Whether a thread of the team has made an infinity or a NaN since the flags were cleared.
void tessera_exceptions_clear(void);
int tessera_exceptions_raised(void);

// Whether the processor has the vector instructions of x86-64-v4.
int tessera_has_wide_vectors(void);
// Whether it has dot products of bf16.
int tessera_has_bf16(void);
// ---- The limit: shares of it say how much faster a kernel could get, which times alone do not.
// Lets each thread do `rounds` times 16 · `chains` f32 multiply-adds on registers alone; the sum keeps them from being
// left out. `chains` is 3, 6 or 12: the most that the registers of SSE, AVX2 and AVX-512 hold.
double tessera_multiply_add(int chains, size_t threads, size_t rounds);


// ---- Vectors; `precision` is 0 for f32 and 1 for bf16, in which results are rounded to nearest.
void tessera_fill(float *y, size_t count, float value);
void tessera_sum(int precision, void *y, const void *a, const void *b, size_t count);       // y = a + b
void tessera_scale(int precision, void *y, const void *x, size_t count, float factor);      // y = factor · x
void tessera_multiply(int precision, void *y, const void *a, const void *b, size_t count);  // y = a · b
void tessera_blend(float *y, const float *x, size_t count, float share);                     // y += share · (x − y)
void tessera_multiply_channels(float *y, const float *x, const float *s, size_t channels, size_t pixels);
void tessera_add_channels(float *y, const float *x, const float *s, size_t channels, size_t pixels);
void tessera_sum_pixels(float *s, const float *x, size_t channels, size_t pixels);           // s[i] = Σ_p x[i, p]
void tessera_dot_pixels(float *s, const float *a, const float *b, size_t channels, size_t pixels);
double tessera_total(const float *x, size_t count);
double tessera_squares(const float *x, size_t count);
size_t tessera_nonfinite(const float *x, size_t count);
// y = x / keep where the hash of (seed, i) falls below keep, else 0.
void tessera_dropout(float *y, const float *x, size_t count, float keep, uint64_t seed);
// y = x + deviation · a standard normal number that follows from (seed, i).
void tessera_add_noise(float *y, const float *x, size_t count, float deviation, uint64_t seed);

// ---- Pairs of a batch: y[i, b] = Σ_{j ≠ i} exp(−Σ_c |x[i, b, c] − x[j, b, c]|); x [n, kernels, width],
// y [n, kernels].
typedef struct {
  size_t n, kernels, width;
} tessera_pairs;
// Numbers that `scratch` must hold.
size_t tessera_pairs_scratch(const tessera_pairs *d);
void tessera_pairs_sum(const tessera_pairs *d, const float *x, float *y, float *scratch);
// dx, where two equal numbers have no gradient.
void tessera_pairs_sum_backward(const tessera_pairs *d, const float *x, const float *dy, float *dx, float *scratch);

// ---- Activations
typedef enum {
  TESSERA_NO_ACTIVATION = -1,
  TESSERA_RELU,
  TESSERA_LEAKY_RELU,
  TESSERA_RELU6,
  TESSERA_HARD_SWISH,
  TESSERA_HARD_SIGMOID,
  TESSERA_SIGMOID,
  TESSERA_TANH,
} tessera_activation;
void tessera_activate(int kind, float slope, int precision, void *y, const void *x, size_t count);
// dx = dy · f'(x)
void tessera_activate_backward(int kind, float slope, int precision, void *dx, const void *dy, const void *x,
                               size_t count);

// ---- Maps in blocks, [n, ⌈channels / 16⌉, pixels, 16] with zeros in the last one's padding, f32 (`precision` 0) or
// bf16 (1), and one f32 number for each channel of each image, [n, channels].
typedef struct {
  int64_t n, channels, pixels;
  int32_t precision;
} tessera_blocks;

// y = x · factors + terms, each of the two NULL for none; x and y may be the same map.
void tessera_blocks_multiply_add(const tessera_blocks *m, const void *x, const float *factors, const float *terms,
                                 void *y);
void tessera_blocks_repeat(const tessera_blocks *m, const float *terms, void *y);  // y = terms
// s[n, channels] = Σ_p x · other, or Σ_p x where `other` is NULL; works in 64-byte aligned `scratch`.
size_t tessera_blocks_scratch_bytes(const tessera_blocks *m);
void tessera_blocks_sum(const tessera_blocks *m, const void *x, const void *other, float *s, void *scratch);

// ---- Depthwise convolution of maps in blocks, [n, ⌈channels / 16⌉, h, w, 16] with zeros in the last one's padding.
// Maps are f32 (`precision` 0) or bf16 (1); weights [channels, kernel_h, kernel_w], biases and their gradients are f32.
// A dilation of 1 is none.
typedef struct {
  int32_t n, channels, source_h, source_w, destination_h, destination_w;
  int32_t kernel_h, kernel_w, stride_h, stride_w, pad_h, pad_w, dilation_h, dilation_w;
  int32_t precision;
} tessera_depthwise;

// Bytes of 64-byte aligned memory that each of the passes works in.
size_t tessera_depthwise_scratch_bytes(const tessera_depthwise *d);
// y = f(w ∗ x + bias), `bias` NULL for none, f TESSERA_NO_ACTIVATION, TESSERA_RELU or TESSERA_HARD_SWISH.
void tessera_depthwise_forward(const tessera_depthwise *d, const void *x, const float *w, const float *bias,
                               int activation, void *y, void *scratch);
void tessera_depthwise_backward_data(const tessera_depthwise *d, const void *dy, const float *w, void *dx,
                                     void *scratch);
void tessera_depthwise_backward_weights(const tessera_depthwise *d, const void *x, const void *dy, float *dw,
                                        void *scratch);

// ---- Convolution 3×3 with stride 1 and padding 1 by Winograd's F(4×4, 3×3): a quarter of the multiplications.
// Source: Lavin and Gray 2015 (arXiv:1509.09308), section 4.3.
//
// Maps lie in blocks of 16 channels: [n, ⌈c / 16⌉, h, w, 16], what pads the last block being zero. `precision` is how
// the numbers of maps are stored: 0 f32, 1 bf16; weights and what is computed with are f32.
typedef struct {
  size_t n, c, k, h, w;  // images, channels in and out, height and width
  int precision;
} tessera_winograd;

// A map whose first `first_blocks` blocks of channels lie in one place and the others in a second one, so that maps
// need not be copied to be concatenated; SIZE_MAX blocks for a map in one place.
typedef struct {
  void *first, *second;
  size_t first_blocks;
} tessera_channel_parts;

// Weights [k, c, 3, 3] as the convolution takes them; `transposes` for the gradient of x: from k channels to c, each
// kernel turned by half a turn.
size_t tessera_winograd_weight_count(size_t c, size_t k);
void tessera_winograd_weights(size_t c, size_t k, const float *w, int transposes, float *u);
// y = f(w ∗ x + bias), `bias` [k] or NULL, f TESSERA_NO_ACTIVATION, TESSERA_RELU or TESSERA_HARD_SWISH. `scratch` holds
// as many floats as the count says.
size_t tessera_winograd_scratch_count(const tessera_winograd *d);
void tessera_winograd_convolve(const tessera_winograd *d, tessera_channel_parts x, const float *u, const float *bias,
                               int activation, tessera_channel_parts y, float *scratch);
// dw [k, c, 3, 3].
size_t tessera_winograd_gradient_scratch_count(const tessera_winograd *d);
void tessera_winograd_gradient(const tessera_winograd *d, tessera_channel_parts x, const void *dy, float *dw,
                               float *scratch);

// ---- Maps in blocks of channels, [n, c / 16, h, w, 16]: numbers beyond the last channel are zero, and stay so. Maps
// are aligned to 64 bytes. A precision is 0 for f32, 1 for bf16; results do not depend on the number of threads.

// Copies `count` runs of `run` bytes; run i starts at `i · stride`.
void tessera_copy_runs(void *to, size_t to_stride, const void *from, size_t from_stride, size_t run, size_t count);

// Batch normalisation, followed by an activation: TESSERA_NO_ACTIVATION, TESSERA_RELU or TESSERA_HARD_SWISH.
typedef struct {
  size_t images, channels, pixels;
  float epsilon;
  int precision, activation;
  int training;  // 1: statistics of this batch are computed; 0: given statistics are used
} tessera_block_normalization;
// Numbers that `scratch` must hold.
size_t tessera_block_normalization_scratch(const tessera_block_normalization *d);
// `mean` and `variance` are written where `training`, else read; the variance is the biased one.
void tessera_block_normalize(const tessera_block_normalization *d, const void *x, const float *scale,
                             const float *shift, float *mean, float *variance, void *y, float *scratch);
// `training` 0: mean and variance are constants of the pullback.
void tessera_block_normalize_backward(const tessera_block_normalization *d, const void *x, const void *dy,
                                      const float *scale, const float *shift, const float *mean,
                                      const float *variance, void *dx, float *dscale, float *dshift, float *scratch);

// Bilinear resampling, `align_corners` false, of `planes` maps: blocks of one image, or channels of f32 in rows.
// Backward reads the gradient of the new size and makes that of the old.
typedef struct {
  size_t planes, height, width, new_height, new_width;
  int backward, blocked, precision;
} tessera_resampling_map;
// Numbers that `scratch` must hold.
size_t tessera_resampling_scratch(const tessera_resampling_map *d);
void tessera_resample(const tessera_resampling_map *d, const void *from, void *to, float *scratch);

// The largest of every 2×2 pixels of `planes` blocks, to half the size rounded down; a window with a NaN yields one.
void tessera_block_max_pool(void *y, const void *x, size_t planes, size_t height, size_t width, int precision);
// dx = dy where x won, 0 elsewhere; of equal values the first in row-major order wins.
void tessera_block_max_pool_backward(void *dx, const void *dy, const void *x, size_t planes, size_t height,
                                     size_t width, int precision);

// Windows side by side on maps in rows: their stride is their size, at most TESSERA_MOST_WINDOW_COLUMNS wide.
typedef struct {
  size_t planes, height, width, kernel_h, kernel_w;
} tessera_windows;
enum { TESSERA_MOST_WINDOW_COLUMNS = 2048 };
// The mean of each window; [planes, height / kernel_h, width / kernel_w].
void tessera_window_means(const tessera_windows *d, const float *x, float *y);
// dx = dy / (kernel_h · kernel_w) in every pixel of the window, 0 in those of none.
void tessera_window_means_backward(const tessera_windows *d, const float *dy, float *dx);

// Every channel of one map times every channel of another, pixel by pixel; maps in rows, [images, channels, pixels].
typedef struct {
  size_t images, left, right, pixels;
} tessera_channel_products;
// y[n, a · right + b] = left[n, a] · right[n, b]
void tessera_multiply_all_channels(const tessera_channel_products *d, const float *left, const float *right, float *y);
// dleft[n, a] = Σ_b dy[n, a · right + b] · right[n, b], and dright[n, b] = Σ_a dy[n, a · right + b] · left[n, a].
void tessera_channel_products_left(const tessera_channel_products *d, const float *dy, const float *right,
                                   float *dleft);
void tessera_channel_products_right(const tessera_channel_products *d, const float *dy, const float *left,
                                    float *dright);

// ---- Label maps and class probabilities
void tessera_softmax(float *y, const float *x, size_t n, size_t c, size_t p);
// dx = y · (dy − Σ_c dy·y)
void tessera_softmax_backward(float *dx, const float *dy, const float *y, size_t n, size_t c, size_t p);
// lse[n, p] = ln Σ_c e^x, and y = softmax of x.
void tessera_log_sum_exp(float *lse, float *y, const float *x, size_t n, size_t c, size_t p);
// y = x · s with one factor for each pixel, s [n, p].
void tessera_multiply_pixels(float *y, const float *x, const float *s, size_t n, size_t c, size_t p);
// Returns Σ w·(lse − mean_c x) over pixels; dx receives w·(softmax − 1 / c). `weights` [n, p] may be NULL: all 1.
double tessera_uniform_cross_entropy(float *dx, const float *x, const float *weights, size_t n, size_t c, size_t p);
// Returns Σ w[l]·(lse − x[l]) over pixels that are not void; dx receives share·w[l]·(softmax − onehot), 0 at void
// pixels. `weights` may be NULL: all 1. `scratch` holds as many floats as the count says.
size_t tessera_cross_entropy_scratch_count(size_t c);
double tessera_cross_entropy(float *dx, const float *x, const uint16_t *labels, const float *weights, float share,
                             size_t n, size_t c, size_t p, float *scratch);
// Σ w[l] over labels that are not void.
double tessera_label_weight(const uint16_t *labels, const float *weights, size_t count);
void tessera_one_hot(float *y, const uint16_t *labels, size_t n, size_t c, size_t p);
// y = x, but 0 in every channel of a void pixel.
void tessera_mask_void(float *y, const float *x, const uint16_t *labels, size_t n, size_t c, size_t p);
// With l the label and t the threshold: y[l] = max(t, x[l]), and y[c] = x[c]·(1 − t) / (1 − x[l]) for the others, or
// x[c] where x[l] ≥ t; 0 in every channel of a void pixel.
void tessera_soften_labels(float *y, const float *x, const uint16_t *labels, float threshold, size_t n, size_t c,
                           size_t p);
// The class of the largest value, ties to the lowest class; `largest` may be NULL and receives that value.
void tessera_largest_class(uint16_t *labels, float *largest, const float *x, size_t n, size_t c, size_t p);

// Returns Σ w·softplus(±z) for target 1 (−) or 0 (+), with targets in 0...1 in between; dz receives w·(σ(z) − target).
// `w` may be NULL for 1.
double tessera_binary_cross_entropy(float *dz, const float *z, const float *w, float target, size_t count);

// ---- Optimizers, in place
void tessera_sgd(float *w, float *velocity, const float *g, size_t count, float rate, float momentum, float decay,
                 int nesterov);
typedef struct {
  float rate, beta1, beta2, epsilon, decay;
  float correction1, correction2;  // 1 − β1^t and 1 − β2^t
  int decoupled;                   // 1: AdamW
} tessera_adam_step;
void tessera_adam(float *w, float *m, float *v, const float *g, size_t count, const tessera_adam_step *step);
