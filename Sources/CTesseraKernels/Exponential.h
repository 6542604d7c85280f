// The exponential function in loops that vectorize.
#pragma once
#include <math.h>
#include <stdint.h>

// exp for arguments ≤ 0 with a relative error below 2e-7: 2^k · e^r, |r| ≤ ln 2 / 2. The loop around it vectorizes,
// which calls of expf do not. Inlined always, so that each clone of its callers does so with its own instructions.
__attribute__((always_inline)) static inline float exp_negative(float x) {
  x = x < -87.0f ? -87.0f : x;
  float k = floorf(x * 1.44269504f + 0.5f);
  float r = x - k * 0.693359375f - k * -2.12194440e-4f;
  float e = 1.9875691500e-4f;
  e = e * r + 1.3981999507e-3f;
  e = e * r + 8.3334519073e-3f;
  e = e * r + 4.1665795894e-2f;
  e = e * r + 1.6666665459e-1f;
  e = e * r + 5.0000001201e-1f;
  e = e * r * r + r + 1;
  union {
    int32_t bits;
    float value;
  } power = {((int32_t)k + 127) << 23};
  return e * power.value;
}
