// Exponentials and logarithms of sixteen numbers, as class probabilities need them. A NaN stays one.
//
// Source of both polynomials: Moshier's Cephes library, expf and logf.
#pragma once
#include "Vector16.h"

// e^x for x ≤ 0 with a relative error below 2e-7: 2^k · e^r, |r| ≤ ln 2 / 2. Below -87 it is e^-87.
TESSERA_INLINE vector16 exp_negative16(vector16 x) {
  x = select16(x < -87, splat16(-87), x);
  vector16 k = __builtin_elementwise_floor(x * 1.44269504f + 0.5f);
  vector16 r = x - k * 0.693359375f - k * -2.12194440e-4f;
  vector16 e = splat16(1.9875691500e-4f);
  e = e * r + 1.3981999507e-3f;
  e = e * r + 8.3334519073e-3f;
  e = e * r + 4.1665795894e-2f;
  e = e * r + 1.6666665459e-1f;
  e = e * r + 5.0000001201e-1f;
  e = e * r * r + r + 1;
  return e * (vector16)((__builtin_convertvector(k, mask16) + 127) << 23);
}

// ln x for x ≥ 1 with an error below 1e-7 of it: k · ln 2 + ln m, √½ ≤ m < √2.
TESSERA_INLINE vector16 log_above_one16(vector16 x) {
  mask16 k = ((mask16)x - 0x3f3504f3) >> 23;
  vector16 f = (vector16)((mask16)x - (k << 23)) - 1, exponent = __builtin_convertvector(k, vector16), square = f * f;
  vector16 p = splat16(7.0376836292e-2f);
  p = p * f - 1.1514610310e-1f;
  p = p * f + 1.1676998740e-1f;
  p = p * f - 1.2420140846e-1f;
  p = p * f + 1.4249322787e-1f;
  p = p * f - 1.6668057665e-1f;
  p = p * f + 2.0000714765e-1f;
  p = p * f - 2.4999993993e-1f;
  p = p * f + 3.3333331174e-1f;
  vector16 small = p * f * square - 0.5f * square + exponent * -2.12194440e-4f;
  return select16(x == x, f + small + exponent * 0.693359375f, x);
}
