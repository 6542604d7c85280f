// The transforms of F(4×4, 3×3) with the points 0, ±5/8, ±3/2 and ∞.
//
// These points lose a digit less than the usual 0, ±1, ±2 and ∞, and all their powers here are exact.
// Source: Barabasz et al. 2020 (arXiv:1803.10986), section 5: points near reciprocals of each other.
#pragma once
#include "Vector16.h"

#define WINOGRAD_A 0.625f
#define WINOGRAD_B 1.5f
#define WINOGRAD_A2 (WINOGRAD_A * WINOGRAD_A)
#define WINOGRAD_B2 (WINOGRAD_B * WINOGRAD_B)
#define WINOGRAD_A3 (WINOGRAD_A2 * WINOGRAD_A)
#define WINOGRAD_B3 (WINOGRAD_B2 * WINOGRAD_B)
// Π (p − q) over the other finite points q.
#define WINOGRAD_N0 (WINOGRAD_A2 * WINOGRAD_B2)
#define WINOGRAD_NA (2 * WINOGRAD_A2 * (WINOGRAD_A2 - WINOGRAD_B2))
#define WINOGRAD_NB (2 * WINOGRAD_B2 * (WINOGRAD_B2 - WINOGRAD_A2))

// Bᵀ d
TESSERA_INLINE void winograd_input(const vector16 d[6], vector16 t[6]) {
  vector16 a_even = d[4] - WINOGRAD_B2 * d[2], a_odd = WINOGRAD_A * (d[3] - WINOGRAD_B2 * d[1]);
  vector16 b_even = d[4] - WINOGRAD_A2 * d[2], b_odd = WINOGRAD_B * (d[3] - WINOGRAD_A2 * d[1]);
  t[0] = WINOGRAD_N0 * d[0] - (WINOGRAD_A2 + WINOGRAD_B2) * d[2] + d[4];
  t[1] = a_even + a_odd;
  t[2] = a_even - a_odd;
  t[3] = b_even + b_odd;
  t[4] = b_even - b_odd;
  t[5] = WINOGRAD_N0 * d[1] - (WINOGRAD_A2 + WINOGRAD_B2) * d[3] + d[5];
}

// Aᵀ m
TESSERA_INLINE void winograd_output(const vector16 m[6], vector16 o[4]) {
  vector16 a_sum = m[1] + m[2], a_difference = m[1] - m[2], b_sum = m[3] + m[4], b_difference = m[3] - m[4];
  o[0] = m[0] + a_sum + b_sum;
  o[1] = WINOGRAD_A * a_difference + WINOGRAD_B * b_difference;
  o[2] = WINOGRAD_A2 * a_sum + WINOGRAD_B2 * b_sum;
  o[3] = WINOGRAD_A3 * a_difference + WINOGRAD_B3 * b_difference + m[5];
}

// A o: the transpose of the above.
TESSERA_INLINE void winograd_output_transposed(const vector16 o[4], vector16 m[6]) {
  vector16 a_even = o[0] + WINOGRAD_A2 * o[2], a_odd = WINOGRAD_A * o[1] + WINOGRAD_A3 * o[3];
  vector16 b_even = o[0] + WINOGRAD_B2 * o[2], b_odd = WINOGRAD_B * o[1] + WINOGRAD_B3 * o[3];
  m[0] = o[0];
  m[1] = a_even + a_odd;
  m[2] = a_even - a_odd;
  m[3] = b_even + b_odd;
  m[4] = b_even - b_odd;
  m[5] = o[3];
}

// G g
TESSERA_INLINE void winograd_kernel(const vector16 g[3], vector16 u[6]) {
  vector16 a_even = (g[0] + WINOGRAD_A2 * g[2]) / WINOGRAD_NA, a_odd = g[1] * (WINOGRAD_A / WINOGRAD_NA);
  vector16 b_even = (g[0] + WINOGRAD_B2 * g[2]) / WINOGRAD_NB, b_odd = g[1] * (WINOGRAD_B / WINOGRAD_NB);
  u[0] = g[0] / WINOGRAD_N0;
  u[1] = a_even + a_odd;
  u[2] = a_even - a_odd;
  u[3] = b_even + b_odd;
  u[4] = b_even - b_odd;
  u[5] = g[2];
}

// Gᵀ u
TESSERA_INLINE void winograd_kernel_transposed(const vector16 u[6], vector16 g[3]) {
  vector16 a_sum = (u[1] + u[2]) / WINOGRAD_NA, b_sum = (u[3] + u[4]) / WINOGRAD_NB;
  g[0] = u[0] / WINOGRAD_N0 + a_sum + b_sum;
  g[1] = (u[1] - u[2]) * (WINOGRAD_A / WINOGRAD_NA) + (u[3] - u[4]) * (WINOGRAD_B / WINOGRAD_NB);
  g[2] = WINOGRAD_A2 * a_sum + WINOGRAD_B2 * b_sum + u[5];
}
