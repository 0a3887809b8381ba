// exp, tanh and the gated activations in float32 without a library: the formulae of
// kernels/cpu/elementwise_body.h operation for operation, so the same bits as on the processor.
#pragma once

#include "kernels/cuda/language.cuh"

namespace candor::kernels::cuda {

// exp(r) - 1 for |r| <= ln 2 / 2.
CANDOR_HOST_DEVICE float exp_polynomial(float r) {
  float p = 0x1.6a494ep-10F;
  p = fmaf(p, r, 0x1.12399ap-7F);
  p = fmaf(p, r, 0x1.5558b4p-5F);
  p = fmaf(p, r, 0x1.555492p-3F);
  p = fmaf(p, r, 0x1.fffffcp-2F);
  return fmaf(p, r * r, r);
}

// Below -87.3 it is 0, above 88.7 infinity; a NaN stays one.
CANDOR_HOST_DEVICE float exp_f32(float x) {
  const float lower = x > -87.3F ? x : -87.3F;
  const float bounded = lower < 88.7F ? lower : 88.7F;
  const float rounded = fmaf(bounded, 0x1.715476p+0F, 12582912.0F);
  const float n = rounded - 12582912.0F;
  float r = fmaf(n, -0x1.62e4p-1F, bounded);
  r = fmaf(n, -0x1.7f7d1cp-20F, r);
  float out = float_of_bits(bits_of(exp_polynomial(r) + 1.0F) + (bits_of(rounded) << 23));
  if (x < -87.3F) out = 0.0F;
  if (x > 88.7F) out = float_of_bits(0x7F800000U);
  return x == x ? out : x;
}

CANDOR_HOST_DEVICE float silu_gated(float gate, float up) {
  return gate / (1.0F + exp_f32(0.0F - gate)) * up;
}
CANDOR_HOST_DEVICE float gelu_gated(float gate, float up) {
  const float cube = gate * gate * gate;
  const float u = fmaf(cube, 0.044715F, gate);
  return gate / (1.0F + exp_f32(u * -1.5957691F)) * up;
}
CANDOR_HOST_DEVICE float clamped_swiglu_gated(float gate, float up, float alpha, float limit) {
  const float g = gate > limit ? limit : gate;  // a NaN stays one
  float u = up > limit ? limit : up;
  u = u < -limit ? -limit : u;
  return (u + 1.0F) * (g / (1.0F + exp_f32(g * -alpha)));
}

// cap * tanh(x / cap)
CANDOR_HOST_DEVICE float softcapped(float x, float cap) {
  const float tail = 2.0F / (exp_f32(x * (2.0F / cap)) + 1.0F);
  return cap * (1.0F - tail);
}

}  // namespace candor::kernels::cuda
