// How an instruction set's table is put together: everything that is written once over its lanes,
// and its own multiplies. Included after the target pragma of the file that makes a table.
#pragma once

#include "kernels/cpu/attention_body.h"
#include "kernels/cpu/elementwise_body.h"
#include "kernels/cpu/float_body.h"
#include "kernels/cpu/grouped_body.h"
#include "kernels/cpu/kernel_set.h"
#include "kernels/cpu/quantize_body.h"
#include "kernels/cpu/wide.h"

namespace candor::kernels {

// Where there are no bf16 tiles.
template <typename L>
struct NoPairs {
  static constexpr void (*split_row)(const float*, std::size_t, std::size_t, SplitGroup*) = nullptr;
  static constexpr KernelSet::Multiply multiply = &FloatMultiply<L>::multiply;
};

// L: lanes; Wide, Grouped: micro-kernels (wide.h, grouped_body.h); Pairs: AmxFloat (amx_float.h).
template <typename L, typename Wide, typename Grouped, typename Pairs = NoPairs<L>>
inline constexpr KernelSet kKernelTable = {
    .quantize_block = &Quantize<L>::quantize_block,
    .quantize_wide = &Quantize<L>::template quantize_wide<Wide::kBias>,
    .round_weights = &Quantize<L>::round_weights,
    .split_row = Pairs::split_row,
    .multiply_wide = &WideMultiply<Wide>::multiply,
    .multiply_grouped = &GroupedMultiply<Grouped>::multiply,
    .multiply_float = &FloatMultiply<L>::multiply,
    .multiply_pairs = Pairs::multiply,
    .attention = &Attention<L>::attention,
    .rms_norm = &Elementwise<L>::rms_norm,
    .silu_multiply = &Elementwise<L>::silu_multiply,
    .gelu_multiply = &Elementwise<L>::gelu_multiply,
    .clamped_swiglu = &Elementwise<L>::clamped_swiglu,
    .softcap = &Elementwise<L>::softcap_values,
    .rotate = &Elementwise<L>::rotate,
    .exp = &Elementwise<L>::exp_values,
    .argmax = &Elementwise<L>::argmax,
    .all_finite = &Elementwise<L>::all_finite,
    .sum_exp = &Elementwise<L>::sum_exp,
};

}  // namespace candor::kernels
